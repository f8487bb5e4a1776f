import { Controller } from "@hotwired/stimulus";

const NARROW = matchMedia("(width < 1100px)");

// Idea and rubric on a narrow screen: one of them is shown, and each keeps its place while one looks at the other.
export default class extends Controller {
  static targets = ["pane", "link"];

  connect() {
    this.places = new Map();
    this.element.classList.add("has-panes");
    this.follow = (event) => {
      const pane = this.paneTargets.find((one) => one.contains(event.target));
      if (pane && pane !== this.shown) this.show(pane);
    };
    this.element.addEventListener("focusin", this.follow);
    const wanted = document.querySelector(".error-summary, :target")?.closest("[data-panes-target=pane]");
    this.show(wanted ?? this.paneTargets[0], false);
  }

  disconnect() {
    this.element.removeEventListener("focusin", this.follow);
  }

  turn(event) {
    if (!NARROW.matches) return;
    event.preventDefault();
    this.show(document.getElementById(event.currentTarget.hash.slice(1)));
  }

  show(pane, move = true) {
    if (this.shown) this.places.set(this.shown, scrollY);
    this.shown = pane;
    this.paneTargets.forEach((one) => one.classList.toggle("is-shown", one === pane));
    this.linkTargets.forEach((one) => {
      if (one.hash === `#${pane.id}`) one.setAttribute("aria-current", "true");
      else one.removeAttribute("aria-current");
    });
    if (move && NARROW.matches) scrollTo({ top: this.places.get(pane) ?? 0, behavior: "instant" });
  }
}
