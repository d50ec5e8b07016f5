// Choosing files, and watching work. Without this file both work by plain forms and reloading.
(() => {
  const form = document.querySelector("form.sending");
  if (form) {
    const input = form.querySelector("input[type=file]");
    const drop = form.querySelector(".drop");
    const list = form.querySelector(".chosen");
    const limit = Number(form.dataset.limit);
    const written = (bytes) =>
      new Intl.NumberFormat(document.documentElement.lang, {
        style: "unit", unit: bytes < 1e6 ? "kilobyte" : "megabyte", maximumFractionDigits: bytes < 1e7 ? 1 : 0,
      }).format(bytes / (bytes < 1e6 ? 1e3 : 1e6));
    const shown = () => {
      const files = [...input.files];
      const items = files.map((file) => {
        const item = document.createElement("li");
        item.textContent = `${file.name} · ${written(file.size)}`;
        return item;
      });
      list.replaceChildren(...items);
      const whole = files.reduce((sum, file) => sum + file.size, 0);
      input.setCustomValidity(whole > limit ? form.dataset.tooLarge : "");
      if (whole > limit) input.reportValidity();
    };
    input.addEventListener("change", shown);
    const over = (event) => { event.preventDefault(); drop.classList.add("over"); };
    drop.addEventListener("dragenter", over);
    drop.addEventListener("dragover", over);
    drop.addEventListener("dragleave", () => drop.classList.remove("over"));
    drop.addEventListener("drop", (event) => {
      event.preventDefault();
      drop.classList.remove("over");
      if (event.dataTransfer.files.length) { input.files = event.dataTransfer.files; shown(); }
    });
    form.addEventListener("submit", () => form.classList.add("under-way"));
  }

  const working = document.querySelector("[data-events]");
  if (working) {
    const bar = working.querySelector("progress");
    const step = working.querySelector(".step");
    const stages = [...working.querySelectorAll("[data-stage]")];
    const source = new EventSource(working.dataset.events);
    source.addEventListener("message", (event) => {
      const told = JSON.parse(event.data);
      if (told.next) { source.close(); location.replace(told.next); return; }
      bar.value = told.share;
      if (told.step && step.textContent !== told.step) step.textContent = told.step;
      const now = Math.max(stages.findIndex((item) => item.dataset.stage === told.stage), 0);
      stages.forEach((item, place) => {
        item.className = place < now ? "past" : place === now ? "now" : "to-come";
        if (place === now) item.setAttribute("aria-current", "step");
        else item.removeAttribute("aria-current");
      });
    });
  }
})();
