// Orders what the search of the site finds: Sphinx gives every page with a word of the query in one of its headings the same
// score, so pages that have more of the query in their title come first here.
const wordsOf = (text) => {
  const stemmer = new window.Stemmer();
  const words = (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) || []).filter((word) => !stopwords.has(word));
  return new Set(words.map((word) => stemmer.stemWord(word)));
};

var Scorer = {
  score: ([, title, , , score]) => {
    const asked = wordsOf(new URLSearchParams(window.location.search).get('q') || '');
    const has = wordsOf(title);
    const common = [...asked].filter((word) => has.has(word)).length;
    // How much of the query the title has counts first, then how much else it has.
    return score + (asked.size ? (20 * common) / asked.size + (10 * common) / Math.max(has.size, 1) : 0);
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
