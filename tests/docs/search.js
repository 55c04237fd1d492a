// Searches the built site as its search page does: node search.js SITE, with queries as JSON on standard input.
// Prints for each query the names of the pages, best first.
const fs = require('fs');
const path = require('path');
const vm = require('vm');

const scripts = path.join(process.argv[2], '_static');
const page = {
  document: { getElementById: () => null, documentElement: { dataset: {} }, addEventListener: () => {} },
  localStorage: { setItem: () => {} },
  location: { search: '' },
  URLSearchParams,
  console,
};
vm.createContext(page);
page.window = page;
page._ready = () => {};
const read = (file) => vm.runInContext(fs.readFileSync(file, 'utf8'), page);
vm.runInContext('var SPHINX_HIGHLIGHT_ENABLED = false; var _ = (text) => text;', page);
read(path.join(scripts, 'documentation_options.js'));
read(path.join(scripts, 'searchtools.js'));
read(path.join(scripts, 'language_data.js'));
read(path.join(process.argv[2], 'searchindex.js'));

page.queries = JSON.parse(fs.readFileSync(0, 'utf8'));
const found = vm.runInContext(
  `queries.map((query) => {
    location.search = '?' + new URLSearchParams({ q: query });
    return Search._performSearch(...Search._parseQuery(query)).reverse().map((result) => result[0]);
  })`,
  page,
);
console.log(JSON.stringify(found.map((pages) => [...new Set(pages)])));
