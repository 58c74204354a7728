/** How far people are tested while they answer, for those who want to know. */

import { asking, changeAsking, type Asking } from "../../state/app";

const CHOICES: readonly { of: keyof Asking; says: string; least: number; why: string }[] = [
  {
    of: "known",
    says: "Known answers, %",
    least: 0,
    why: "Hidden among the points, from locked masks: how often is each person right? Objects without one get none.",
  },
  { of: "twice", says: "Asked twice, %", least: 0, why: "Points that come again later: is the same said again?" },
  { of: "people", says: "People per point", least: 1, why: "How many are asked about each point: do they agree?" },
];

export function More() {
  return (
    <details class="more">
      <summary>More</summary>
      {CHOICES.map(({ of, says, least, why }) => (
        <div key={of}>
          <label for={`asking-${of}`}>{says}</label>
          <input
            id={`asking-${of}`}
            type="number"
            min={least}
            max={100}
            value={asking.value[of]}
            aria-describedby={`asking-${of}-why`}
            onChange={({ currentTarget: input }) => {
              const value = Math.min(100, Math.max(least, Math.round(input.valueAsNumber) || least));
              input.value = String(value);
              changeAsking({ [of]: value });
            }}
          />
          <p id={`asking-${of}-why`} class="dim small">
            {why}
          </p>
        </div>
      ))}
    </details>
  );
}
