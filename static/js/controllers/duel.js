import { Controller } from "@hotwired/stimulus";
import { singleKey, singleKeysOn } from "../typing.js";

// A judge's keys: left and right arrow pick, = cannot tell.
export default class extends Controller {
  static targets = ["left", "neither", "right"];

  key(event) {
    if (event.repeat || !singleKeysOn() || !singleKey(event)) return;
    const button = { ArrowLeft: this.leftTarget, ArrowRight: this.rightTarget, "=": this.neitherTarget }[event.key];
    if (!button) return;
    event.preventDefault();
    button.click();
  }
}
