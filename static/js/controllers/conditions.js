import { Controller } from "@hotwired/stimulus";

// Shows and hides the questions that hang on another answer, as the server does when it saves: a question
// whose own condition's question is hidden is hidden too. What was written in it stays in the form.
export default class extends Controller {
  static targets = ["question"];

  connect() {
    this.element.addEventListener("change", this.show);
    this.show();
  }

  disconnect() {
    this.element.removeEventListener("change", this.show);
  }

  show = () => {
    const asked = new Map(this.questionTargets.map((question) => [question.dataset.name, question]));
    for (const question of this.questionTargets) {
      const wrong = question.querySelector(".has-error");
      if (question.dataset.when && !wrong) question.hidden = !this.met(question, asked, new Set());
    }
  };

  met(question, asked, above) {
    const { when, any, name } = question.dataset;
    const source = asked.get(when);
    if (!when || !source || above.has(name)) return true;
    const wanted = new Set(any.split(" "));
    const chosen = [...source.querySelectorAll("input:checked")].some((input) => wanted.has(input.value));
    return chosen && this.met(source, asked, above.add(name));
  }
}
