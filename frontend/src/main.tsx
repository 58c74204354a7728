import "./style/base.css";
import "./style/label.css";
import "./style/verify.css";
import "./style/pages.css";
import { render } from "preact";
import { App } from "./app";
import { start } from "./state/app";
import { busy } from "./state/editing";
import { onTheWay } from "./state/verify";

start();
render(<App />, document.getElementById("studio")!);

// A button that was clicked with the mouse gives the keys back to the view: Space plays again, and presses nothing.
addEventListener("click", (event) => {
  const button =
    event.detail > 0 && event.target instanceof Element ? event.target.closest("button, label, select") : null;
  if (button instanceof HTMLButtonElement) button.blur();
});

// A file that is dropped beside its place must not take the page away.
for (const kind of ["dragover", "drop"]) addEventListener(kind, (event) => event.preventDefault());

// What is on its way to the server is not on the disk yet.
addEventListener("beforeunload", (event) => {
  if (busy.peek() > 0 || onTheWay.peek().length > 0) event.preventDefault();
});
