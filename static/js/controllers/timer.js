import { Controller } from "@hotwired/stimulus";

// The time left of an item, counted from the server's clock; the words beside it stand without script.
export default class extends Controller {
  static values = { began: String, now: String, minutes: Number };
  static targets = ["left"];

  connect() {
    this.ahead = Date.parse(this.nowValue) - Date.now();
    this.show();
    this.ticking = setInterval(() => this.show(), 1000);
  }

  disconnect() {
    clearInterval(this.ticking);
  }

  show() {
    const gone = Date.now() + this.ahead - Date.parse(this.beganValue);
    const left = Math.round((this.minutesValue * 60000 - gone) / 1000);
    const seconds = Math.abs(left);
    const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    const { over, left: rest } = this.leftTarget.dataset;
    this.leftTarget.textContent = (left < 0 ? over : rest).replace("{time}", time);
    this.leftTarget.classList.toggle("text-bad", left < 0);
  }
}
