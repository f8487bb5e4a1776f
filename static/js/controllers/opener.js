import { Controller } from "@hotwired/stimulus";

// A link that opens a dialog of this page; without script it leads to the page that asks the same.
export default class extends Controller {
  static values = { dialog: String };

  open(event) {
    const dialog = document.getElementById(this.dialogValue);
    if (!dialog || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    dialog.showModal();
  }
}
