"""How Sphinx builds the site: `make docs-site`.

The Markdown under docs/ is written for GitHub as well, so it holds no directive of Sphinx. What the site has besides, such as
its navigation, is made of it by the extension in `_extensions`.
"""

from __future__ import annotations

import importlib.metadata
import pathlib
import sys

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE / '_extensions'))

project = 'pytest-charmsecrets'
author = 'the authors of pytest-charmsecrets'
release = version = importlib.metadata.version('pytest-charmsecrets')

extensions = [
    'myst_parser',
    'sphinx.ext.autodoc',
    'sphinx.ext.autosummary',
    'sphinx.ext.napoleon',
    'sphinx_copybutton',
    'charmsecrets_site',
]
exclude_patterns = ['_extensions', '_static']
source_suffix = {'.md': 'markdown', '.rst': 'restructuredtext'}

# Links to headings, by the names that GitHub gives them.
myst_heading_anchors = 4

add_module_names = False
autodoc_member_order = 'bysource'
autodoc_typehints = 'description'
autodoc_typehints_description_target = 'documented_params'
autosummary_generate = False

# A prompt and what a command prints are not copied.
copybutton_exclude = '.linenos, .gp, .go'
copybutton_selector = 'div:not(.highlight-text) > div.highlight > pre'

# Messages are shown as they are printed.
smartquotes = False

# The default one underlines names, as if they were links.
pygments_dark_style = 'github-dark'

html_theme = 'furo'
html_title = project
html_static_path = ['_static']
html_css_files = ['site.css']
html_search_scorer = str(HERE / '_static' / 'scorer.js')
html_show_copyright = False
html_show_sourcelink = False
html_copy_source = False
