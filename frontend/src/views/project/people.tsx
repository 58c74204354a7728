/** Who may do what. */

import { useEffect, useState } from "preact/hooks";
import * as api from "../../api/client";
import type { Person, Role } from "../../api/types";
import { enter, me, notice, say, signedOut, trying } from "../../state/app";

const ROLES: readonly { role: Role; may: string }[] = [
  { role: "owner", may: "may do all" },
  { role: "annotator", may: "may label and answer" },
  { role: "viewer", may: "may look" },
];

export function People() {
  const [people, setPeople] = useState<readonly Person[]>([]);
  const load = () => void trying(api.users()).then((found) => found && setPeople(found.users));
  useEffect(load, []);
  const change = async (work: Promise<unknown>) => {
    notice.value = null;
    await work.catch(say);
    await enter(); // a first password asks everybody who they are
    if (!signedOut.peek()) load();
  };
  return (
    <div>
      <h1>People</h1>
      <table class="numbers">
        <tbody>
          {people.map(({ name, role }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>
                <RoleChoice
                  role={role}
                  label={`Role of ${name}`}
                  disabled={name === me.value?.user?.name}
                  change={(to) => void change(api.changeUser(name, { role: to }))}
                />
              </td>
              <td>
                <Password name={name} keep={(password) => void change(api.changeUser(name, { password }))} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <Add add={(name, role, password) => void change(api.addUser(name, role, password))} />
    </div>
  );
}

/** The first password that is given makes everybody sign in from then on. */
function Password({ name, keep }: { name: string; keep: (password: string) => void }) {
  const [open, setOpen] = useState(false);
  if (!open)
    return (
      <button type="button" aria-label={`Password of ${name}`} onClick={() => setOpen(true)}>
        Password
      </button>
    );
  return (
    <form
      class="inline"
      onSubmit={(event) => {
        event.preventDefault();
        keep(String(new FormData(event.currentTarget).get("password")));
        setOpen(false);
      }}
    >
      <input
        name="password"
        type="password"
        required
        minLength={8}
        autocomplete="new-password"
        aria-label={`New password of ${name}`}
        placeholder="8 or more"
        ref={(input) => input?.focus()}
      />
      <button type="submit">Keep</button>
    </form>
  );
}

function RoleChoice({
  role,
  label,
  disabled,
  change,
}: {
  role: Role;
  label: string;
  disabled?: boolean;
  change: (role: Role) => void;
}) {
  return (
    <select
      aria-label={label}
      disabled={disabled ?? false}
      value={role}
      onChange={(event) => change(event.currentTarget.value as Role)}
    >
      {ROLES.map((known) => (
        <option key={known.role} value={known.role}>
          {known.role}: {known.may}
        </option>
      ))}
    </select>
  );
}

function Add({ add }: { add: (name: string, role: Role, password: string | null) => void }) {
  const [role, setRole] = useState<Role>("annotator");
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        const form = new FormData(event.currentTarget);
        add(String(form.get("name")).trim(), role, String(form.get("password")) || null);
        event.currentTarget.reset();
      }}
    >
      <label>
        Name
        <input name="name" required maxLength={200} autocomplete="off" />
      </label>
      <label>
        Password
        <input name="password" type="password" minLength={8} autocomplete="new-password" placeholder="8 or more" />
      </label>
      <div class="labelled">
        Role
        <RoleChoice role={role} label="Role" change={setRole} />
      </div>
      <button type="submit">Add</button>
    </form>
  );
}
