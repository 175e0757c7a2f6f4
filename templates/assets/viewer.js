// The brain viewer of a page: loads NiiVue and the page's scene when asked, and ties crosshair,
// controls, tables and links together. Coordinates are MNI mm throughout.
"use strict";

window.trdreport = {
  parts: {},
  put(name, value) {
    this.parts[name] = value;
  },
};

(() => {
  const NIIVUE = "niivue-0.69.0.js";
  const REACH_MM = 12; // how far from the crosshair a region is looked for
  const NEAR_MM = 10; // how far from the crosshair foci are named
  const MOST_FOCI = 4;

  const section = document.getElementById("viewer");
  if (!section) return;
  const part = (selector) => section.querySelector(selector);
  const button = part("button");
  const form = part("form");
  const canvas = part("canvas");
  const field = (name) => form.elements.namedItem(name);
  let nv = null;
  let scene = null;
  let run = null;
  let atlas = null;
  let loading = null;
  let choices = 0; // how often a map was asked for

  function load(url) {
    return new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = url;
      script.onload = done;
      script.onerror = () => failed(new Error("cannot load " + url));
      document.head.append(script);
    });
  }

  const hasWebGL = () => Boolean(document.createElement("canvas").getContext("webgl2"));

  const image = (base64, name, more) =>
    niivue.NVImage.loadFromBase64({ base64, name: name + ".nii.gz", ...more });

  // An embedded volume as its voxels, in steps of a size, and where they are in mm.
  async function voxels(base64, name) {
    const read = await image(base64, name, {});
    const { dims, affine, scl_slope } = read.hdr;
    return {
      data: read.img,
      size: scl_slope,
      dims: dims.slice(1, 4),
      origin: affine.slice(0, 3).map((row) => row[3]),
      step: [0, 1, 2].map((axis) => affine[axis][axis]),
    };
  }

  function at(volume, place) {
    const index = place.map((mm, axis) => Math.round((mm - volume.origin[axis]) / volume.step[axis]));
    return valueAt(volume, index);
  }

  function valueAt(volume, [i, j, k]) {
    const [nx, ny, nz] = volume.dims;
    if (i < 0 || j < 0 || k < 0 || i >= nx || j >= ny || k >= nz) return 0;
    return volume.data[i + nx * (j + ny * k)] * volume.size;
  }

  // The region at a place, or the nearest one in reach and how far it is.
  function region(place) {
    const here = at(atlas, place);
    if (here) return atlas.names[here - 1];
    const centre = place.map((mm, axis) => Math.round((mm - atlas.origin[axis]) / atlas.step[axis]));
    let best = REACH_MM;
    let found = 0;
    for (let i = -REACH_MM; i <= REACH_MM; i++)
      for (let j = -REACH_MM; j <= REACH_MM; j++)
        for (let k = -REACH_MM; k <= REACH_MM; k++) {
          const index = [centre[0] + i, centre[1] + j, centre[2] + k];
          const value = valueAt(atlas, index);
          if (!value || value > atlas.regions) continue;
          const mm = index.map((v, axis) => atlas.origin[axis] + v * atlas.step[axis]);
          const distance = Math.hypot(...mm.map((v, axis) => v - place[axis]));
          if (distance < best) [best, found] = [distance, value];
        }
    if (!found) return "outside every region of the atlas";
    return `${best.toFixed(0)} mm from the ${atlas.names[found - 1]}`;
  }

  const place = () => ["x", "y", "z"].map((axis) => Number(field(axis).value));
  const told = (values, digits = 0) =>
    values.map((value) => (Math.round(value * 10 ** digits) / 10 ** digits + 0).toFixed(digits)).join(", ");

  function talairach(mni) {
    return run.talairach.slice(0, 3).map((row) => row[0] * mni[0] + row[1] * mni[1] + row[2] * mni[2] + row[3]);
  }

  function nearby(mni) {
    return run.foci
      .map((focus) => ({ focus, distance: Math.hypot(...focus.at.map((v, axis) => v - mni[axis])) }))
      .filter((each) => each.distance <= NEAR_MM)
      .sort((a, b) => a.distance - b.distance);
  }

  // What is at the crosshair, in words.
  function tell() {
    const mni = place();
    const output = part(".readout");
    output.replaceChildren();
    const line = (...content) => {
      const p = document.createElement("p");
      p.append(...content);
      output.append(p);
    };
    const where = document.createElement("b");
    where.textContent = region(mni);
    let numbers = `MNI ${told(mni)}`;
    if (run.talairach) numbers += `; Talairach ${told(talairach(mni))}`;
    if (run.values) numbers += `; ALE ${at(run.values, mni).toPrecision(3)}`;
    line(where, ` (${numbers})`);
    const near = nearby(mni);
    if (!near.length) line(`No focus within ${NEAR_MM} mm.`);
    else {
      const p = [`${near.length} ${near.length === 1 ? "focus" : "foci"} within ${NEAR_MM} mm: `];
      near.slice(0, MOST_FOCI).forEach(({ focus, distance }, index) => {
        const link = document.createElement("a");
        link.href = section.dataset.studies + focus.page;
        link.textContent = focus.study;
        p.push(index ? "; " : "", link, ` ${focus.contrast} at ${told(focus.at)}, ${distance.toFixed(0)} mm away`);
      });
      if (near.length > MOST_FOCI) p.push(`; and ${near.length - MOST_FOCI} more`);
      line(...p);
    }
    part(".here").href = "#at=" + told(mni).replaceAll(" ", "");
  }

  function moveTo(mni) {
    ["x", "y", "z"].forEach((axis, index) => {
      field(axis).value = Math.round(mni[index]);
    });
    nv.scene.crosshairPos = nv.mm2frac(mni);
    nv.drawScene();
    tell();
  }

  const VIEWS = { axial: 0, coronal: 1, sagittal: 2, all: 3, render: 4 };

  function setView() {
    nv.setSliceType(VIEWS[form.elements.namedItem("view").value]);
  }

  function setThreshold(value) {
    field("threshold").value = value;
    field("threshold-range").value = (100 * value) / run.top;
    nv.volumes[1].cal_min = Number(value);
    nv.volumes[1].cal_max = run.top;
    nv.updateGLVolume();
  }

  function setOpacity(percent) {
    field("opacity").value = percent;
    field("opacity-range").value = percent;
    nv.setOpacity(1, percent / 100);
  }

  function showFoci() {
    while (nv.meshes.length) nv.removeMesh(nv.meshes[0]);
    if (!field("foci").checked || !run.foci.length) return;
    const nodes = run.foci.map(({ at: [x, y, z], study }) => ({ name: study, x, y, z, colorValue: 1, sizeValue: 1.5 }));
    const mesh = nv.loadConnectomeAsMesh({
      name: "foci", nodeColormap: "winter", nodeColormapNegative: "winter", nodeMinColor: 0,
      nodeMaxColor: 1, nodeScale: 1.5, edgeColormap: "winter", edgeColormapNegative: "winter",
      edgeMin: 0, edgeMax: 1, edgeScale: 1, legendLineThickness: 0, showLegend: false,
      nodes, edges: [],
    });
    mesh.colorbarVisible = false;
    nv.addMesh(mesh);
  }

  function options(select, first, items, words) {
    select.replaceChildren(new Option(first, ""), ...items.map((item, index) => new Option(words(item), index)));
  }

  // Unpacking takes a moment; who asked for another map meanwhile gets that one only.
  async function choose(index) {
    const turn = ++choices;
    const wanted = scene.runs[index];
    let volume = null;
    if (wanted.map) {
      wanted.values ??= await voxels(wanted.map, wanted.id);
      volume = await image(wanted.map, wanted.id, { colormap: "warm", cal_min: wanted.threshold, cal_max: wanted.top });
    }
    if (turn !== choices) return;
    run = wanted;
    field("run").value = index;
    while (nv.volumes.length > 1) nv.removeVolume(nv.volumes[1]);
    if (volume) {
      nv.addVolume(volume);
      field("threshold").max = run.top;
      field("threshold").value = run.threshold;
      setThreshold(run.threshold);
      setOpacity(Number(field("opacity").value));
    }
    options(field("cluster"), "choose", run.clusters, (c) => `${told(c.at)}: ${c.words}`);
    options(field("focus"), "choose", run.foci, (f) => `${f.study} ${f.contrast} ${told(f.at)}`);
    form.querySelectorAll(".for-map").forEach((each) => (each.hidden = !run.map));
    part(".for-clusters").hidden = !run.clusters.length;
    part(".for-runs").hidden = scene.runs.length < 2;
    showFoci();
    tell();
  }

  async function open() {
    button.disabled = true;
    if (!hasWebGL()) throw new Error("this browser has no WebGL 2");
    const parts = section.dataset.parts;
    await Promise.all([load(parts + NIIVUE), load(parts + "template.js"), load(parts + "atlas.js"), load(section.dataset.scene)]);
    scene = trdreport.parts.scene;
    if (!scene.runs.length) throw new Error("this analysis was not run, so there is no map");
    const { names, regions, volume } = trdreport.parts.atlas;
    atlas = { ...(await voxels(volume, "atlas")), names, regions };
    part(".stage").hidden = false;
    part(".open").hidden = true;
    nv = new niivue.Niivue({
      backColor: [0, 0, 0, 1], crosshairColor: [0.42, 0.77, 0.88, 0.9], crosshairWidth: 0.6,
      fontColor: [1, 1, 1, 1], show3Dcrosshair: true, meshThicknessOn2D: 4, logLevel: "error",
      isOrientationTextVisible: true, showAllOrientationMarkers: true, multiplanarShowRender: 1, multiplanarLayout: 2, multiplanarPadPixels: 12,
      isColorbar: true, loadingText: "", dragAndDropEnabled: false, isRadiologicalConvention: false,
    });
    await nv.attachToCanvas(canvas);
    nv.addVolume(await image(trdreport.parts.template, "template", { colormap: "gray" }));
    nv.volumes[0].colorbarVisible = false;
    nv.setClipPlane([2, 0, 0]);
    field("run").replaceChildren(...scene.runs.map((each, index) => new Option(each.title, index)));
    nv.onLocationChange = ({ mm }) => {
      ["x", "y", "z"].forEach((axis, index) => {
        field(axis).value = Math.round(mm[index]);
      });
      tell();
    };
    await choose(0);
    setView();
    const start = asked(location.hash) ?? run.clusters[0]?.at ?? run.foci[0]?.at ?? [0, 0, 0];
    moveTo(start);
    canvas.focus({ preventScroll: true });
    section.dataset.state = "open";
  }

  function opened() {
    loading ??= open().catch((error) => {
      const trouble = part(".trouble");
      trouble.textContent = `The viewer cannot be shown: ${error.message}. The figures and tables of this page say the same.`;
      trouble.hidden = false;
      part(".open").hidden = true;
      section.dataset.state = "failed";
    });
    return loading;
  }

  // The position that a link carries: `#at=-12,-16,62`, or the cluster with this id.
  function asked(hash) {
    const numbers = /^#at=(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?)$/.exec(hash);
    if (numbers) return numbers.slice(1).map(Number);
    const target = [...document.querySelectorAll("[data-mni]")].find(({ id }) => id && `#${id}` === hash);
    return target ? target.dataset.mni.split(",").map(Number) : null;
  }

  async function follow() {
    const mni = asked(location.hash);
    if (!mni) return;
    if (location.hash.startsWith("#at=")) section.scrollIntoView();
    else if (!loading) return;
    await opened();
    if (nv) moveTo(mni);
  }

  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", ({ target }) => {
    if (["x", "y", "z"].includes(target.name)) {
      if (target.value !== "" && target.checkValidity()) moveTo(place());
    } else if (target.name === "threshold" && target.value !== "") setThreshold(Math.min(Number(target.value), run.top));
    else if (target.name === "threshold-range") setThreshold(((target.value * run.top) / 100).toPrecision(3));
    else if (target.name === "opacity" && target.checkValidity()) setOpacity(Number(target.value));
    else if (target.name === "opacity-range") setOpacity(Number(target.value));
    else if (target.name === "view") setView();
    else if (target.name === "foci") showFoci();
    else if (target.name === "run") choose(Number(target.value));
    else if (target.name === "cluster" && target.value) moveTo(run.clusters[target.value].at);
    else if (target.name === "focus" && target.value) moveTo(run.foci[target.value].at);
  });

  const KEYS = {
    ArrowLeft: [-1, 0, 0], ArrowRight: [1, 0, 0], ArrowUp: [0, 1, 0], ArrowDown: [0, -1, 0],
    PageUp: [0, 0, 1], PageDown: [0, 0, -1],
  };
  canvas.addEventListener(
    "keydown",
    (event) => {
      const step = KEYS[event.key];
      if (!step || !nv) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      moveTo(place().map((value, axis) => value + step[axis]));
    },
    true,
  );

  // A row or figure about a place gets a button that moves the crosshair there.
  for (const element of document.querySelectorAll("[data-mni]")) {
    const show = document.createElement("button");
    show.type = "button";
    show.className = "show";
    show.textContent = "show in viewer";
    const name = element.querySelector("th, figcaption b")?.textContent ?? "";
    show.setAttribute("aria-label", `show in viewer: ${name.replace(/\.$/, "")} at ${element.dataset.mni}`);
    show.addEventListener("click", async () => {
      section.scrollIntoView();
      await opened();
      if (!nv) return;
      const found = element.id.replace(/^(cluster|figure)-/, "").replace(/-(fwe|exploratory)-\d+$/, "");
      const own = scene.runs.findIndex(({ id }) => id === found);
      if (own >= 0 && scene.runs[own] !== run) await choose(own);
      moveTo(element.dataset.mni.split(",").map(Number));
    });
    (element.querySelector("td:last-child, figcaption") ?? element).append(" ", show);
  }

  button.hidden = false;
  button.addEventListener("click", opened);
  window.addEventListener("hashchange", follow);
  follow();
})();
