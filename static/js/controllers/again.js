import { Controller } from "@hotwired/stimulus";

// A choice on which other fields hang draws the form anew at once; without script its button does.
export default class extends Controller {
  static values = { button: String };

  connect() {
    document.getElementById(this.buttonValue).hidden = true;
  }

  press() {
    document.getElementById(this.buttonValue).click();
  }
}
