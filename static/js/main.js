// Behaviour over pages that already work without it. One controller, one file, one concern.
import { Application } from "@hotwired/stimulus";
import "htmx.org/dist/htmx.esm.js";

import Again from "./controllers/again.js";
import Arrange from "./controllers/arrange.js";
import Autosave from "./controllers/autosave.js";
import Conditions from "./controllers/conditions.js";
import Confirm from "./controllers/confirm.js";
import Duel from "./controllers/duel.js";
import Cutline from "./controllers/cutline.js";
import Grow from "./controllers/grow.js";
import Limit from "./controllers/limit.js";
import Lookup from "./controllers/lookup.js";
import Marks from "./controllers/marks.js";
import Menu from "./controllers/menu.js";
import Opener from "./controllers/opener.js";
import Palette from "./controllers/palette.js";
import Panes from "./controllers/panes.js";
import Placeholders from "./controllers/placeholders.js";
import Selection from "./controllers/selection.js";
import Sentence from "./controllers/sentence.js";
import Shortcuts from "./controllers/shortcuts.js";
import SubmitOnce from "./controllers/submit_once.js";
import Theme from "./controllers/theme.js";
import Timer from "./controllers/timer.js";
import Turn from "./controllers/turn.js";
import { forgetAll, forgetArrived } from "./drafts.js";

forgetArrived();
document.addEventListener("submit", (event) => {
  if (event.target.matches('form[action^="/sign-out"]')) forgetAll();
});

const application = Application.start();
const controllers = {
  again: Again,
  arrange: Arrange,
  autosave: Autosave,
  conditions: Conditions,
  confirm: Confirm,
  duel: Duel,
  cutline: Cutline,
  grow: Grow,
  limit: Limit,
  lookup: Lookup,
  marks: Marks,
  menu: Menu,
  opener: Opener,
  palette: Palette,
  panes: Panes,
  placeholders: Placeholders,
  selection: Selection,
  sentence: Sentence,
  shortcuts: Shortcuts,
  "submit-once": SubmitOnce,
  theme: Theme,
  timer: Timer,
  turn: Turn,
};
for (const [name, controller] of Object.entries(controllers)) application.register(name, controller);

// A refused form opens at its list of errors, unless the address names a field; each link there leads to its own.
const summary = document.querySelector(".error-summary");
if (summary && !location.hash) {
  summary.focus({ preventScroll: true });
  if (summary.getBoundingClientRect().top > innerHeight / 2) summary.scrollIntoView();
}

// Where the tabs are wider than a phone, the open one is in sight.
for (const tab of document.querySelectorAll(".tabs [aria-current]")) {
  const row = tab.closest("ul");
  row.scrollLeft = tab.offsetLeft + tab.offsetWidth - row.offsetLeft - row.clientWidth + 32;
}

// htmx sends the token with every request that changes something.
document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb !== "get") {
    event.detail.headers["X-CSRFToken"] = document.querySelector('meta[name="csrf-token"]').content;
  }
});
