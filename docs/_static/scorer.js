// Orders what the search of the site finds. Sphinx shows only the pages that hold every word of the query, so a question whose
// words are not all on one page finds nothing. Here a page needs one of the words, and pages that hold more of the rare ones
// come first: BM25 without the frequencies of words, which Sphinx's index does not have. Sphinx loads this file after its search.

// What a word adds besides being on a page, by the place where the page has it.
const IN_PAGE_TITLE = 2.5;
const IN_INDEX = 2;
const IN_HEADING = 1;

const PART_OF_A_WORD = 0.5;
const LENGTH_COUNTS = 0.75;
// A page of questions/ answers what is asked, where other pages mention it.
const OF_A_QUESTION = 1.2;
// Pages with less than this part of the best score are left out.
const SHOWN = 0.4;
// A heading that holds the whole query is what was looked for.
const WHOLE_QUERY = 20;

// Stems of words with which anything is asked.
const ASKING = ['happen', 'get', 'work', 'mean'];

// `secret_rotate` counts as itself, and as `secret-rotate` does.
const wordsOf = (text) => {
  const stemmer = new window.Stemmer();
  const names = text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) || [];
  const words = names.flatMap((name) => [name, ...name.split('_')]).filter((word) => word && !stopwords.has(word));
  return new Set(words.map((word) => stemmer.stemWord(word)));
};

const asArray = (files) => (files === undefined ? [] : [].concat(files));

// The words of the index entries of each page.
const entriesOf = (index) => {
  const entries = index.docnames.map(() => new Set());
  for (const [entry, places] of Object.entries(index.indexentries)) {
    const words = wordsOf(entry);
    for (const [file, , main] of places) if (main) for (const word of words) entries[file].add(word);
  }
  return entries;
};

// How many different words each page has.
const lengthsOf = (index) => {
  const lengths = index.docnames.map(() => 0);
  for (const files of Object.values(index.terms)) for (const file of asArray(files)) lengths[file] += 1;
  return lengths;
};

// The pages that have a word, and those that have it in a heading. A word that no page has stands for those that contain it.
const pagesWith = (word, index) => {
  const known = Object.hasOwn(index.terms, word) || Object.hasOwn(index.titleterms, word);
  const pages = (terms) => {
    if (known) return Object.hasOwn(terms, word) ? asArray(terms[word]) : [];
    return word.length > 2 ? Object.keys(terms).flatMap((term) => (term.includes(word) ? asArray(terms[term]) : [])) : [];
  };
  const headings = new Set(pages(index.titleterms));
  return { headings, files: new Set([...pages(index.terms), ...headings]), weight: known ? 1 : PART_OF_A_WORD };
};

Search.performTermsSearch = (asked) => {
  const index = Search._index;
  const count = index.docnames.length;
  const lengths = lengthsOf(index);
  const mean = lengths.reduce((sum, length) => sum + length, 0) / count;
  const titles = index.titles.map(wordsOf);
  const entries = entriesOf(index);
  const words = [...new Set([...asked].flatMap((word) => (word.includes('_') ? [...wordsOf(word)] : [word])))];
  const telling = words.filter((word) => !ASKING.includes(word));

  const scores = new Map();
  let rarities = 0;
  for (const word of telling.length ? telling : words) {
    const { files, headings, weight } = pagesWith(word, index);
    entries.forEach((ofPage, file) => {
      if (ofPage.has(word)) files.add(file);
    });
    const rarity = weight * Math.log(1 + (count - files.size + 0.5) / (files.size + 0.5));
    if (files.size) rarities += rarity;
    for (const file of files) {
      const shortness = 2.2 / (1 + 1.2 * (1 - LENGTH_COUNTS + (LENGTH_COUNTS * lengths[file]) / mean));
      let place = headings.has(file) ? IN_HEADING : 0;
      if (entries[file].has(word)) place = IN_INDEX;
      if (titles[file].has(word)) place = IN_PAGE_TITLE;
      const kind = index.docnames[file].startsWith('questions/') ? OF_A_QUESTION : 1;
      scores.set(file, (scores.get(file) || 0) + kind * rarity * (shortness + place));
    }
  }
  const best = Math.max(0, ...scores.values());
  return [...scores]
    .filter(([, score]) => score >= SHOWN * best)
    .map(([file, score]) => [
      index.docnames[file],
      index.titles[file],
      '',
      null,
      (10 * score) / rarities,
      index.filenames[file],
      SearchResultKind.text,
    ]);
};

var Scorer = {
  score: ([, title, , , score, , kind]) => {
    if (kind === SearchResultKind.text) return score;
    const asked = wordsOf(new URLSearchParams(window.location.search).get('q') || '');
    const has = wordsOf(title);
    const common = [...asked].filter((word) => has.has(word)).length;
    const whole = kind === SearchResultKind.title ? WHOLE_QUERY : 0;
    // How much of the query the title has counts first, then how much else it has.
    return score + whole + (asked.size ? (20 * common) / asked.size + (10 * common) / Math.max(has.size, 1) : 0);
  },

  // As Sphinx has it.
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};
