/** The paper's figures for this project, as files to keep. */

const FIGURES = [
  { name: "fig9", title: "On how many frames objects and videos have points" },
  { name: "fig10", title: "How many points objects have" },
  { name: "pace", title: "Seconds per answer, running median" },
  { name: "cost", title: "Time spent, and what dense masks would have taken" },
] as const;
const TABLES = ["points", "annotators", "objects"] as const;

export function Figures() {
  return (
    <section>
      <header class="section">
        <h1>Figures</h1>
        <p>
          Tables as CSV:{" "}
          {TABLES.map((name) => (
            <a key={name} href={`api/statistics/${name}.csv`} download>
              {name}
            </a>
          ))}
        </p>
      </header>
      <div class="figures">
        {FIGURES.map(({ name, title }) => (
          <figure key={name}>
            <img loading="lazy" src={`api/statistics/${name}.svg`} alt={title} />
            <figcaption>
              {title}
              <a href={`api/statistics/${name}.svg`} download>
                SVG
              </a>
            </figcaption>
          </figure>
        ))}
      </div>
    </section>
  );
}
