// The map of statements: show those about one treatment.
"use strict";

(() => {
  const select = document.getElementById("treatment");
  if (!select) return;
  const marks = [...document.querySelectorAll(".map [data-treatments]")];
  const output = select.closest("p").querySelector("output");
  function refresh() {
    let shown = 0;
    for (const mark of marks) {
      mark.hidden = Boolean(select.value) && !mark.dataset.treatments.split(" ").includes(select.value);
      shown += !mark.hidden;
    }
    for (const row of document.querySelectorAll(".map tbody tr"))
      row.hidden = [...row.querySelectorAll("a")].every((mark) => mark.hidden);
    output.textContent = `${shown} of ${marks.length} marks`;
  }
  select.addEventListener("change", refresh);
  select.closest("p").hidden = false;
  refresh();
})();
