/** Who is there? */

import { useState } from "preact/hooks";
import * as api from "../api/client";
import { admit, me } from "../state/app";

export function Login() {
  const [trouble, setTrouble] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const enter = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    setBusy(true);
    setTrouble(null);
    try {
      if (!me.peek()) api.trust((await api.me()).csrf);
      admit(await api.login(String(form.get("name")), String(form.get("password"))));
    } catch (error) {
      setTrouble(error instanceof Error ? error.message : String(error));
    }
    setBusy(false);
  };
  return (
    <main class="login">
      <form onSubmit={enter}>
        <h1>pointreel</h1>
        {me.value?.project && <p class="dim">{me.value.project.name}</p>}
        <label>
          Name
          <input name="name" autocomplete="username" required autofocus />
        </label>
        <label>
          Password
          <input name="password" type="password" autocomplete="current-password" required />
        </label>
        <p class="trouble" role="alert">
          {trouble}
        </p>
        <button type="submit" class="primary" disabled={busy}>
          Sign in
        </button>
      </form>
    </main>
  );
}
