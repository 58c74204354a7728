"""What the page of a comparison does in the browser: curves, scatter, list, and switching methods on and off."""

SCRIPT = r"""
'use strict';
const data = JSON.parse(document.getElementById('data').textContent);
const byId = id => document.getElementById(id), svgNs = 'http://www.w3.org/2000/svg';
const colour = k => `--m: ${data.colours[k]}`;
const shown = value => value == null ? '–' : (value < 0 ? '−' : '') + Math.abs(value).toFixed(3);
const hidden = k => document.body.classList.contains(`hide-${k}`);
const state = { sequence: 0, frame: null };

function make(parent, name, attributes = {}, text) {
  const node = parent.appendChild(document.createElementNS(svgNs, name));
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  if (text != null) node.textContent = text;
  return node;
}
function canvas(plot, height) {
  const width = Math.max(plot.clientWidth, 240);
  plot.replaceChildren();
  plot.setAttribute('viewBox', `0 0 ${width} ${height}`);
  plot.style.height = `${height}px`;
  return width;
}
function say(output, parts) {
  output.replaceChildren(...parts.map(([k, text]) => {
    const span = document.createElement('span');
    if (k != null) {
      const dot = span.appendChild(document.createElement('span'));
      dot.className = 'dot';
      dot.style = colour(k);
    }
    span.append(text);
    return span;
  }));
}
function fill(select, words) {
  select.replaceChildren(...words.map((word, k) => new Option(word, k)));
}

// Scores over time
const curves = byId('curves'), reading = byId('reading'), box = { left: 34, right: 8, top: 10, bottom: 34 };
function drawCurves() {
  const one = data.sequences[state.sequence], rows = one[byId('measure').value], num = one.frames.length;
  const height = innerWidth < 736 ? 230 : 300, width = canvas(curves, height);
  const x = k => box.left + (num > 1 ? k / (num - 1) : 0.5) * (width - box.left - box.right);
  const y = value => height - box.bottom - value * (height - box.top - box.bottom);
  for (const value of [0, 0.25, 0.5, 0.75, 1]) {
    make(curves, 'line', { class: 'grid', x1: box.left, x2: width - box.right, y1: y(value), y2: y(value) });
    make(curves, 'text', { x: box.left - 6, y: y(value) + 4, 'text-anchor': 'end' }, value);
  }
  const every = Math.max(1, Math.ceil(num / Math.max(2, Math.floor(width / (24 + 8 * one.frames[0].length)))));
  for (let k = 0; k < num; k += every)
    make(curves, 'text', { x: x(k), y: height - 6, 'text-anchor': k ? 'middle' : 'start' }, one.frames[k]);
  rows.forEach((row, m) => {
    if (hidden(m)) return;
    let pen = '';
    row.forEach((value, k) => {
      if (value == null) return;
      const joined = k && row[k - 1] != null;
      pen += `${joined ? 'L' : 'M'}${x(k).toFixed(1)} ${y(value / 1000).toFixed(1)}${joined ? '' : 'h.1'}`;
    });
    make(curves, 'path', { d: pen, style: colour(m) });
  });
  for (const k of one.pictures) {
    const mark = make(curves, 'path', { class: 'mark', d: `M${x(k) - 5} ${height - box.bottom + 11}h10l-5 -8z` });
    make(mark, 'title', {}, `picture of ${one.frames[k]}`);
    mark.onclick = () => showPicture(one.name, one.frames[k]);
  }
  const now = make(curves, 'line', { class: 'now', y1: box.top, y2: height - box.bottom, visibility: 'hidden' });
  const show = k => {
    now.setAttribute('x1', x(k)); now.setAttribute('x2', x(k)); now.setAttribute('visibility', 'visible');
    say(reading, [[null, `frame ${one.frames[k]}`],
      ...rows.map((row, m) => [m, `${data.methods[m]} ${row[k] == null ? '–' : (row[k] / 1000).toFixed(3)}`])]);
  };
  curves.onpointermove = event => {
    const at = (event.clientX - curves.getBoundingClientRect().left) * width / curves.clientWidth;
    state.frame = Math.min(num - 1, Math.max(0,
      Math.round((at - box.left) / (width - box.left - box.right) * (num - 1))));
    show(state.frame);
  };
  if (state.frame != null && state.frame < num) show(state.frame);
  else say(reading, [[null, 'Point at the curves to read them.']]);
}
function choose(k, frame = null) {
  state.sequence = (k + data.sequences.length) % data.sequences.length;
  state.frame = frame;
  byId('sequence').value = state.sequence;
  drawCurves();
  drawScatter();
  for (const row of document.querySelectorAll('#sequences tbody tr'))
    row.classList.toggle('chosen', +row.dataset.k === state.sequence);
}
function showPicture(sequence, frame) {
  const found = [...document.querySelectorAll('.frame')].find(
    one => one.dataset.sequence === sequence && one.dataset.frame === frame);
  if (!found) return;
  document.querySelectorAll('.frame.chosen').forEach(one => one.classList.remove('chosen'));
  found.classList.add('chosen');
  found.scrollIntoView({ block: 'center' });
}

// Sequence by sequence
const scatter = byId('scatter');
const value = (sequence, method) => sequence.figures[method][byId('figure').value];
const pair = () => [+byId('across').value, +byId('up').value];
function drawScatter() {
  if (!scatter) return;
  const [a, b] = pair(), side = Math.min(Math.max(scatter.clientWidth, 240), 430), size = side - 56;
  canvas(scatter, side);
  scatter.setAttribute('viewBox', `0 0 ${Math.max(scatter.clientWidth, 240)} ${side}`);
  const spots = data.sequences.map((one, k) => [k, value(one, a), value(one, b)])
    .filter(([, x, y]) => x != null && y != null);
  const all = spots.flatMap(([, x, y]) => [x, y]);
  const low = Math.floor(10 * Math.min(1, ...all) - 1e-9) / 10, high = Math.ceil(10 * Math.max(low + 0.1, ...all)) / 10;
  const x = v => 44 + (v - low) / (high - low) * size, y = v => 8 + (high - v) / (high - low) * size;
  const step = high - low > 0.55 ? 0.2 : 0.1;
  for (let v = low; v <= high + 1e-9; v += step) {
    make(scatter, 'line', { class: 'grid', x1: x(v), x2: x(v), y1: y(low), y2: y(high) });
    make(scatter, 'line', { class: 'grid', x1: x(low), x2: x(high), y1: y(v), y2: y(v) });
    make(scatter, 'text', { x: x(v), y: y(low) + 16, 'text-anchor': 'middle' }, +v.toFixed(1));
    make(scatter, 'text', { x: x(low) - 6, y: y(v) + 4, 'text-anchor': 'end' }, +v.toFixed(1));
  }
  make(scatter, 'line', { class: 'now', x1: x(low), y1: y(low), x2: x(high), y2: y(high) });
  make(scatter, 'text', { x: x(high), y: y(low) + 34, 'text-anchor': 'end' }, `${data.methods[a]} →`);
  make(scatter, 'text', { x: 12, y: y(high), 'text-anchor': 'end', transform: `rotate(-90 12 ${y(high)})` },
    `${data.methods[b]} →`);
  const apart = spots.map(([, u, v]) => Math.abs(v - u)).sort((p, q) => q - p)[Math.min(3, spots.length - 1)];
  for (const [k, u, v] of spots) {
    const one = data.sequences[k], chosen = k === state.sequence;
    const spot = make(scatter, 'circle', { class: chosen ? 'spot chosen' : 'spot', cx: x(u), cy: y(v), r: 6 });
    make(spot, 'title', {}, `${one.name}: ${shown(u)} and ${shown(v)}`);
    spot.onclick = () => choose(k);
    if (chosen || (spots.length > 3 ? Math.abs(v - u) > apart : true)) {
      const right = x(u) < 44 + size * 0.6;
      make(scatter, 'text', { class: 'name', x: x(u) + (right ? 10 : -10), y: y(v) + 4,
        'text-anchor': right ? 'start' : 'end' }, one.name);
    }
  }
}
const order = { column: data.methods.length > 1 ? data.methods.length : 0, up: true };
function drawList() {
  const table = byId('sequences'), [a, b] = pair(), several = data.methods.length > 1;
  const heads = [...data.methods, ...(several ? ['difference'] : [])];
  const rows = data.sequences.map((one, k) => {
    const cells = data.methods.map((_, m) => value(one, m));
    if (several) cells.push(cells[a] == null || cells[b] == null ? null : cells[b] - cells[a]);
    return { k, name: one.name, cells };
  });
  const key = row => order.column < 0 ? row.name : row.cells[order.column] ?? Infinity;
  rows.sort((p, q) => (key(p) < key(q) ? -1 : key(p) > key(q) ? 1 : 0) * (order.up ? 1 : -1));
  const head = document.createElement('tr');
  ['sequence', ...heads].forEach((word, k) => {
    const cell = head.appendChild(document.createElement('th'));
    cell.textContent = word + (order.column === k - 1 ? (order.up ? ' ↑' : ' ↓') : '');
    if (k && k <= data.methods.length) {
      const dot = document.createElement('span');
      dot.className = 'dot'; dot.style = colour(k - 1);
      cell.prepend(dot);
    }
    cell.onclick = () => {
      order.up = order.column === k - 1 ? !order.up : true;
      order.column = k - 1;
      drawList();
    };
  });
  table.tHead.replaceChildren(head);
  table.tBodies[0].replaceChildren(...rows.map(row => {
    const line = document.createElement('tr');
    line.dataset.k = row.k;
    line.classList.toggle('chosen', row.k === state.sequence);
    line.tabIndex = 0;
    line.onclick = () => choose(row.k);
    line.onkeydown = event => { if (event.key === 'Enter') choose(row.k); };
    [row.name, ...row.cells].forEach((cell, k) => {
      const sign = several && k === row.cells.length && cell > 0 ? '+' : '';
      line.appendChild(document.createElement('td')).textContent = k ? sign + shown(cell) : cell;
    });
    return line;
  }));
}

// Pictures, larger
const dialog = byId('large'), zooms = [...document.querySelectorAll('.zoom')];
let current = 0;
function enlarge(k) {
  current = (k + zooms.length) % zooms.length;
  const frame = zooms[current].closest('.frame'), caption = frame.querySelector('figcaption').cloneNode(true);
  const svg = frame.querySelector('svg').cloneNode(true);
  byId('large-picture').className = frame.className;
  byId('large-picture').replaceChildren(svg, caption);
  caption.querySelector('button').onclick = () => { dialog.close(); goTo(frame); };
  if (!dialog.open) dialog.showModal();
}
function goTo(frame) {
  const k = data.sequences.findIndex(one => one.name === frame.dataset.sequence);
  choose(k, data.sequences[k].frames.indexOf(frame.dataset.frame));
  byId('over-time').scrollIntoView();
}
zooms.forEach((zoom, k) => {
  zoom.onclick = () => enlarge(k);
  const frame = zoom.closest('.frame');
  frame.querySelector('figcaption button').onclick = () => goTo(frame);
});
byId('earlier').onclick = () => enlarge(current - 1);
byId('later').onclick = () => enlarge(current + 1);
byId('shut').onclick = () => dialog.close();
dialog.onkeydown = event => {
  if (event.key === 'ArrowLeft') enlarge(current - 1);
  if (event.key === 'ArrowRight') enlarge(current + 1);
};
dialog.onclick = event => { if (event.target === dialog) dialog.close(); };

// Choices
fill(byId('sequence'), data.sequences.map(one => one.name));
fill(byId('figure'), data.figures);
fill(byId('across'), data.methods);
fill(byId('up'), data.methods);
byId('up').value = Math.min(1, data.methods.length - 1);
byId('sequence').onchange = event => choose(+event.target.value);
byId('before').onclick = () => choose(state.sequence - 1);
byId('after').onclick = () => choose(state.sequence + 1);
byId('measure').onchange = drawCurves;
for (const id of ['figure', 'across', 'up']) byId(id).onchange = () => { drawScatter(); drawList(); };
for (const box of document.querySelectorAll('.legend input'))
  box.onchange = () => { document.body.classList.toggle(`hide-${box.value}`, !box.checked); drawCurves(); };
let width = 0;
new ResizeObserver(() => {
  if (curves.clientWidth !== width) { width = curves.clientWidth; drawCurves(); drawScatter(); }
}).observe(curves);
drawList();
choose(data.start);
"""
