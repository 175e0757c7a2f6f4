// Every table can be sorted, searched, filtered, narrowed to columns, and downloaded as shown.
// Without this script the tables are complete, with links to their files.
"use strict";

(() => {
  const ROWS_WORTH_SEARCHING = 4;
  const MOST_CHOICES = 9; // a column with at most so many different values gets a filter
  const MISSING = new Set(["", "not reported", "not available", "not applicable"]);

  const make = (tag, properties = {}, ...content) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...content);
    return element;
  };

  // The number that a cell starts with; NaN for words. A minus may be typographic.
  const numeric = (text) => parseFloat(text.replace(/^\s*[−–](?=\d)/, "-").replace(/^[<>≥≤]\s*/, ""));

  function compare(a, b) {
    const missing = MISSING.has(a) - MISSING.has(b);
    if (missing) return missing;
    const [x, y] = [numeric(a), numeric(b)];
    if (!Number.isNaN(x) && !Number.isNaN(y) && x !== y) return x - y;
    return a.localeCompare(b, "en", { numeric: true });
  }

  function separated(rows, separator) {
    // As in data/: a text that a spreadsheet would compute gets an apostrophe, numbers stay.
    const NUMBERS = /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?(, [-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?)*$/;
    const guarded = (text) => (/^'*[=+\-@\t\r\n＝＋－＠]/.test(text) && !NUMBERS.test(text) ? `'${text}` : text);
    const quoted = (text) => (/["\r\n]/.test(text) || text.includes(separator) ? `"${text.replaceAll('"', '""')}"` : text);
    return rows.map((row) => row.map(guarded).map(quoted).join(separator) + "\n").join("");
  }

  function save(name, text, type) {
    const url = URL.createObjectURL(new Blob([text], { type: type + ";charset=utf-8" }));
    make("a", { href: url, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  }

  function enhance(block) {
    const table = block.querySelector("table");
    const body = table.tBodies[0];
    const heads = [...table.tHead.rows[0].cells];
    const columns = heads.map((head) => head.textContent.trim());
    const rows = [...body.rows].map((row) => ({ row, texts: [...row.cells].map((cell) => cell.textContent.trim()) }));
    if (rows.length < 2) return;
    const caption = table.caption.textContent.trim();
    const hiddenColumns = new Set();
    const filters = new Map();
    let search = "";
    let sorted = null;
    const count = make("output", { className: "count" });
    count.setAttribute("aria-live", "polite");

    const passes = ({ texts }) =>
      [...filters].every(([column, wanted]) => !wanted || texts[column] === wanted) &&
      search.split(/\s+/).every((word) => texts.some((text) => text.toLowerCase().includes(word)));
    const shownRows = () => [...body.rows].map((row) => rows.find((each) => each.row === row)).filter(({ row }) => !row.hidden);
    const keptColumns = (texts) => texts.filter((_, column) => !hiddenColumns.has(column));

    function refresh() {
      let shown = 0;
      for (const each of rows) {
        each.row.hidden = !passes(each);
        shown += !each.row.hidden;
      }
      let words = shown === rows.length ? `${rows.length} rows` : `${shown} of ${rows.length} rows`;
      if (sorted) words += `, sorted by ${columns[sorted.column]}, ${sorted.down ? "descending" : "ascending"}`;
      count.textContent = words;
    }

    function sortBy(column) {
      if (sorted?.column === column && sorted.down) sorted = null;
      else sorted = { column, down: sorted?.column === column };
      heads.forEach((head, index) => {
        if (sorted?.column === index) head.setAttribute("aria-sort", sorted.down ? "descending" : "ascending");
        else head.removeAttribute("aria-sort");
      });
      const order = [...rows];
      if (sorted) {
        const way = sorted.down ? -1 : 1;
        order.sort((a, b) => {
          const [x, y] = [a.texts[column], b.texts[column]];
          if (MISSING.has(x) || MISSING.has(y)) return compare(x, y); // without a value: last both ways
          return way * compare(x, y);
        });
      }
      body.append(...order.map(({ row }) => row));
      refresh();
    }

    function showColumn(column, shown) {
      if (shown) hiddenColumns.delete(column);
      else hiddenColumns.add(column);
      heads[column].hidden = !shown;
      for (const { row } of rows) row.cells[column].hidden = !shown;
    }

    heads.forEach((head, column) => {
      const button = make("button", { type: "button", className: "sort" }, ...head.childNodes);
      button.addEventListener("click", () => sortBy(column));
      head.append(button);
    });
    refresh();
    if (rows.length < ROWS_WORTH_SEARCHING) return;

    const tools = make("div", { className: "tools" });
    tools.setAttribute("role", "group");
    tools.setAttribute("aria-label", `Tools for ${caption}`);
    const input = make("input", { type: "search" });
    input.addEventListener("input", () => {
      search = input.value.trim().toLowerCase();
      refresh();
    });
    tools.append(make("label", {}, "Search ", input));

    const choices = make("div", { className: "choices" });
    columns.forEach((name, column) => {
      const values = [...new Set(rows.map(({ texts }) => texts[column]))];
      if (values.length < 2 || values.length > MOST_CHOICES || values.length === rows.length) return;
      if (heads[column].classList.contains("number") || values.some((value) => value.length > 40)) return;
      const select = make("select", {}, new Option("all", ""), ...values.sort(compare).map((value) => new Option(value, value)));
      select.addEventListener("change", () => {
        filters.set(column, select.value);
        refresh();
      });
      choices.append(make("label", {}, name + " ", select));
    });
    const menu = (name, content) => make("details", {}, make("summary", {}, name), content);
    if (choices.childElementCount) tools.append(menu("Filter", choices));

    const boxes = make("div", { className: "choices" });
    columns.slice(1).forEach((name, index) => {
      const box = make("input", { type: "checkbox", checked: true });
      box.addEventListener("change", () => showColumn(index + 1, box.checked));
      boxes.append(make("label", {}, box, " " + name));
    });
    tools.append(menu("Columns", boxes));

    const downloads = make("div", { className: "choices" });
    for (const [kind, separator, type] of [["CSV", ",", "text/csv"], ["TSV", "\t", "text/tab-separated-values"]]) {
      const button = make("button", { type: "button" }, `What is shown, ${kind}`);
      button.addEventListener("click", () => {
        const shown = [columns, ...shownRows().map(({ texts }) => texts)].map(keptColumns);
        save(`${block.id}-shown.${kind.toLowerCase()}`, separated(shown, separator), type);
      });
      downloads.append(button);
    }
    const files = block.querySelector(".files");
    if (files) {
      for (const link of files.querySelectorAll("a")) {
        const copy = link.cloneNode(true);
        copy.textContent = `All rows, ${link.textContent}`;
        downloads.append(copy);
      }
      files.hidden = true;
    }
    tools.append(menu("Download", downloads), count);
    table.parentElement.before(tools);

    // One menu at a time; Escape closes it and goes back to its name.
    const menus = [...tools.querySelectorAll("details")];
    for (const each of menus) {
      each.addEventListener("toggle", () => {
        if (each.open) menus.filter((other) => other !== each).forEach((other) => (other.open = false));
      });
      each.addEventListener("keydown", ({ key }) => {
        if (key === "Escape" && each.open) {
          each.open = false;
          each.querySelector("summary").focus();
        }
      });
    }
  }

  document.querySelectorAll(".table-block").forEach(enhance);
})();
