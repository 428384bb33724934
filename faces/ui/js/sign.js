// A signature drawn with finger, pen or mouse: the picture goes into a hidden field. Without it, a photo of the paper does.
export function sign() {
  for (const place of document.querySelectorAll("[data-sign]")) {
    const field = document.getElementById(place.dataset.sign);
    const canvas = document.createElement("canvas");
    canvas.width = 640;
    canvas.height = 220;
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", place.dataset.label);
    const pen = canvas.getContext("2d");
    const wipe = () => {
      pen.fillStyle = "#fff";
      pen.fillRect(0, 0, canvas.width, canvas.height);
      field.value = "";
    };
    const at = (e) => {
      const box = canvas.getBoundingClientRect();
      return [((e.clientX - box.left) * canvas.width) / box.width, ((e.clientY - box.top) * canvas.height) / box.height];
    };
    let drawing = false;
    canvas.addEventListener("pointerdown", (e) => {
      drawing = true;
      canvas.setPointerCapture(e.pointerId);
      pen.beginPath();
      pen.moveTo(...at(e));
      e.preventDefault();
    });
    canvas.addEventListener("pointermove", (e) => {
      if (!drawing) return;
      pen.lineWidth = 4;
      pen.lineCap = "round";
      pen.strokeStyle = "#111";
      pen.lineTo(...at(e));
      pen.stroke();
    });
    const done = () => {
      if (!drawing) return;
      drawing = false;
      field.value = canvas.toDataURL("image/png");
    };
    canvas.addEventListener("pointerup", done);
    canvas.addEventListener("pointercancel", done);
    const again = document.createElement("button");
    again.type = "button";
    again.className = "link-button";
    again.textContent = place.dataset.clear;
    again.addEventListener("click", wipe);
    wipe();
    place.append(canvas, again);
    place.hidden = false;
  }
}
