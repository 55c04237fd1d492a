// The marks of hooks: shape and colour say the same thing, so that neither is needed alone.

export function label(x, y, classes, text, extra = '') {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" class="${classes}" ${extra}>${text}</text>`;
}

/** A text that stays in sight between two places while its bar is scrolled. */
export function stickyLabel(from, to, y, classes, text) {
  return label(
    from,
    y,
    `${classes} sticky`,
    text,
    `data-from="${from.toFixed(0)}" data-to="${Math.max(from, to).toFixed(0)}"`,
  );
}

export function cross(x, y, size) {
  return `<path class="cross" d="M${x - size} ${y - size}L${x + size} ${y + size}M${x + size} ${y - size}L${x - size} ${y + size}"/>`;
}

export function star(x, y) {
  return `<path d="M${x} ${y - 5}l1.5 3.2 3.5.4-2.6 2.4.7 3.5-3.1-1.8-3.1 1.8.7-3.5-2.6-2.4 3.5-.4z" class="star"><title>leader</title></path>`;
}

export function key(x, y) {
  return `<g class="key"><circle cx="${x + 4}" cy="${y}" r="3.4"/><path d="M${x + 7.5} ${y}h7m-2.5 0v3.4"/></g>`;
}

/** The mark of a hook where there is no room for its name. */
export function shape(event, x, y, size = 5) {
  if (event.outcome)
    return `<rect class="edge" x="${x - 7}" y="${y - 7}" width="14" height="14" rx="2.5"/><path class="cross-on-bad" d="M${x - 3.4} ${y - 3.4}l6.8 6.8m0-6.8l-6.8 6.8"/>`;
  if (event.family === 'secret') return secretShape(event, x, y, size + 1);
  if (event.family === 'relation') return `<circle class="edge" cx="${x}" cy="${y}" r="${size - 0.4}"/>`;
  if (event.family === 'test')
    return `<path class="edge" d="M${x - size} ${y + size - 0.5}L${x} ${y - size}L${x + size} ${y + size - 0.5}Z"/>`;
  return `<rect class="edge" x="${x - 3.6}" y="${y - 3.6}" width="7.2" height="7.2"/>`;
}

function secretShape(event, x, y, size) {
  const diamond = `M${x} ${y - size}L${x + size} ${y}L${x} ${y + size}L${x - size} ${y}Z`;
  if (event.name === 'secret-remove')
    return `<path class="hollow" d="${diamond}"/><path class="bar" d="M${x - 2} ${y}h4"/>`;
  if (event.name === 'secret-changed') return `<path class="edge" d="${diamond}"/>`;
  return `<path class="edge" d="${diamond}"/><circle class="hole" cx="${x}" cy="${y}" r="2"/>`;
}

/** What is to be known of a hook beside how it ended; one thing, the most telling. */
export function badge(event, x, y) {
  if (event.retryOf != null)
    return `<circle class="badge-bad" cx="${x}" cy="${y}" r="6.5"/><path class="badge-bad" d="M${x + 2.8} ${y - 1.6}A3.2 3.2 0 1 0 ${x + 3} ${y + 1.2}"/><path class="badge-bad-fill" d="M${x + 4.2} ${y - 3.6}v3h-3z"/>`;
  if (event.deferred)
    return `<circle class="badge-warn" cx="${x}" cy="${y}" r="6.5"/><path class="badge-ink" d="M${x - 1.8} ${y - 2.8}v5.6M${x + 1.8} ${y - 2.8}v5.6"/>`;
  if (event.resumed)
    return `<circle class="badge-warn-line" cx="${x}" cy="${y}" r="6.5"/><path class="badge-warn-mark" d="M${x - 1.8} ${y - 3}l4.6 3l-4.6 3z"/>`;
  if (event.refused && !event.outcome)
    return `<path class="badge-warn" d="M${x} ${y - 6}l6.4 11h-12.8z"/><path class="badge-ink" d="M${x} ${y - 2}v3.6m0 1.6v.2"/>`;
  return '';
}

/** A flag on a hook that proves a finding. */
export function flag(event, x, y) {
  if (!event.findings?.length) return '';
  return `<path class="flag" d="M${x - 6} ${y - 6}h12v9l-6 4l-6-4z"/>${label(x, y + 2.8, 'flag-text middle-text', '!')}`;
}

export function readMark(kind, x, y) {
  if (kind === 'refused') return cross(x, y, 3.6);
  if (kind === 'peek') return `<circle class="read peek" cx="${x}" cy="${y}" r="3.2"/>`;
  if (kind === 'refresh') return `<path class="read" d="M${x - 2.6} ${y - 3.8}l6 3.8l-6 3.8z"/>`;
  return `<circle class="read" cx="${x}" cy="${y}" r="2.6"/>`;
}
