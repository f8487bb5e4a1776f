import { Controller } from "@hotwired/stimulus";

// Asks before a button acts. Only for what can be undone: without script it acts at once.
export default class extends Controller {
  static values = { text: String, yes: String, no: String };

  ask(event) {
    if (this.sure) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const dialog = document.createElement("dialog");
    dialog.className = "dialog";
    dialog.setAttribute("aria-labelledby", "confirm-text");
    const body = document.createElement("form");
    body.method = "dialog";
    body.className = "dialog-body confirm-body";
    const text = document.createElement("p");
    text.id = "confirm-text";
    text.textContent = this.textValue;
    const actions = document.createElement("div");
    actions.className = "actions";
    actions.append(button(this.yesValue, "primary", "yes"), button(this.noValue, "quiet", ""));
    body.append(text, actions);
    dialog.append(body);
    document.body.append(dialog);
    const submitter = event.submitter;
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (dialog.returnValue !== "yes") return;
      this.sure = true;
      this.element.requestSubmit(submitter);
      this.sure = false;
    });
    dialog.showModal();
  }
}

function button(label, kind, value) {
  const made = document.createElement("button");
  made.className = `button button-${kind}`;
  made.value = value;
  made.textContent = label;
  return made;
}
