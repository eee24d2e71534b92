// A search box for any page:
//   <script src="https://search.example/zhen-search.js"></script>
//   <zhen-search index="docs"></zhen-search>
// Attributes, events, parts and properties are described in docs/HTTP.md.
(() => {
  'use strict';

  // The server this script came from. A module is no `currentScript`, but stands in the page all the same.
  const SOURCE = document.currentScript?.src || document.querySelector('script[src*="zhen-search"]')?.src;
  const HOME = SOURCE?.replace(/(assets\/)?zhen-search[^/]*$/, '') || '.';

  const WORDS = {
    en: {
      search: 'Search', clear: 'Clear', suggestions: 'Suggestions', documents: 'Documents',
      all: n => n === 1 ? 'See the one result' : `See all ${n.toLocaleString('en')} results`,
      found: n => n === 1 ? '1 result' : `${n.toLocaleString('en')} results`,
      nothing: q => `Nothing found for “${q}”`, mean: q => `Did you mean “${q}”?`,
      failed: 'The search is not available.',
      via: { variant: 'variant', stem: 'word form', translation: 'translation', alias: 'alias',
        pinyin: 'pinyin', typo: 'spelling', number: 'number', synonym: 'synonym', prefix: '' },
    },
    zh: {
      search: '搜索', clear: '清除', suggestions: '建议', documents: '文档',
      all: n => `查看全部 ${n.toLocaleString('zh')} 条结果`,
      found: n => `${n.toLocaleString('zh')} 条结果`,
      nothing: q => `没有找到“${q}”`, mean: q => `您要找的是不是“${q}”？`,
      failed: '搜索暂时不可用。',
      via: { variant: '异体', stem: '词形', translation: '翻译', alias: '别名', pinyin: '拼音',
        typo: '纠错', number: '数值', synonym: '同义', prefix: '' },
    },
  };

  // Pieces of `text` with the given ranges (of Unicode scalar values) marked. Only text nodes:
  // whatever a document holds, it never becomes markup.
  function marked(text, ranges, make = () => document.createElement('mark')) {
    const out = document.createDocumentFragment();
    const letters = ranges?.length ? Array.from(text) : [];
    let at = 0;
    for (const [from, to] of ranges || []) {
      if (from > at) out.append(letters.slice(at, from).join(''));
      const mark = make();
      mark.append(letters.slice(from, to).join(''));
      out.append(mark);
      at = to;
    }
    out.append(letters.length ? letters.slice(at).join('') : ranges?.length ? '' : text);
    return out;
  }

  // An address from data that may be followed; null for javascript: and the like.
  function safeUrl(text) {
    try {
      const url = new URL(text);
      return /^https?:$/.test(url.protocol) ? url.href : null;
    } catch {
      return null;
    }
  }

  // What a document goes by: its title, or the last part of its id, which for a file is its name.
  const nameOf = ({ title, id }) => title || id.split('/').pop() || id;

  // Runs requests for one purpose; an answer that has been overtaken is dropped.
  class Latest {
    #run = 0;
    #abort = null;
    cancel() {
      this.#run++;
      this.#abort?.abort();
    }
    async run(request) {
      this.cancel();
      const run = this.#run;
      this.#abort = new AbortController();
      try {
        const answer = await request(this.#abort.signal);
        return run === this.#run ? answer : undefined;
      } catch (error) {
        if (run === this.#run) throw error;
      }
    }
  }

  // A search whose address would be longer than this is sent as a body: servers, and what stands before
  // them, have a limit.
  const LONGEST = 2000;

  // Asks the API; an error carries `status`, the problem's detail, and in how many seconds to `retry`.
  async function ask(server, path, params, key, signal) {
    const url = new URL(path, server.replace(/\/*$/, '/'));
    for (const [name, value] of Object.entries(params)) {
      for (const each of [].concat(value ?? [])) if (each !== '') url.searchParams.append(name, each);
    }
    if ('q' in params && !url.searchParams.has('q')) url.searchParams.set('q', '');
    const headers = key ? { authorization: `Bearer ${key}` } : {};
    const request = { headers, signal, credentials: 'omit' };
    if (/\/search$/.test(path) && url.search.length > LONGEST) {
      const said = Object.entries(params).filter(([, value]) => value != null && value !== '');
      const body = { q: '', ...Object.fromEntries(said), facet: [].concat(params.facet ?? []), exact: Boolean(params.exact) };
      url.search = '';
      headers['content-type'] = 'application/json';
      Object.assign(request, { method: 'POST', body: JSON.stringify(body) });
    }
    const answer = await fetch(url, request);
    const body = await answer.json().catch(() => ({}));
    if (answer.ok) return body;
    const retry = Number(answer.headers.get('retry-after')) || 0;
    throw Object.assign(new Error(body.detail || answer.statusText), { status: answer.status, retry });
  }

  // On Android the keyboard composes Latin words too, letter by letter: waiting for the end of the
  // composition would mean waiting for the end of every word.
  const composesEverything = () => /Android/i.test(navigator.userAgent);

  const el = (tag, props = {}, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(props)) {
      if (value != null && value !== false) node.setAttribute(name, value === true ? '' : value);
    }
    node.append(...children.filter(child => child != null));
    return node;
  };

  const svg = path => {
    const ns = 'http://www.w3.org/2000/svg';
    const image = document.createElementNS(ns, 'svg');
    const line = document.createElementNS(ns, 'path');
    image.setAttribute('viewBox', '0 0 20 20');
    image.setAttribute('aria-hidden', 'true');
    line.setAttribute('d', path);
    image.append(line);
    return image;
  };

  const STYLE = `
    :host { display: block; position: relative; color-scheme: light dark; text-align: start;
      --a: var(--zhen-accent, light-dark(#a8341d, #f08a6e));
      --i: var(--zhen-ink, light-dark(#1d1b19, #ebe7e0));
      --f: var(--zhen-faint, light-dark(#696259, #a39b8f));
      --p: var(--zhen-paper, light-dark(#fff, #201e1b));
      --l: var(--zhen-line, light-dark(#d9d3c9, #45403a));
      --s: var(--zhen-selected, light-dark(#f4f0e9, #2c2925));
      --m: var(--zhen-mark, light-dark(#ffe8a3, #5d4a0c));
      font: 400 1rem/1.5 var(--zhen-font, system-ui, "PingFang SC", "Microsoft YaHei",
        "Noto Sans CJK SC", sans-serif); color: var(--i); }
    :host([theme=light]) { color-scheme: light; }
    :host([theme=dark]) { color-scheme: dark; }
    :host([hidden]) { display: none; }
    .field { display: flex; align-items: center; gap: .25rem; background: var(--p);
      border: 1px solid var(--l); border-radius: var(--zhen-radius, .625rem); min-height: 2.75rem;
      padding-inline-start: .875rem; transition: border-color .12s, box-shadow .12s; }
    .field:focus-within { border-color: var(--a); box-shadow: 0 0 0 1px var(--a); }
    svg { width: 1.125rem; height: 1.125rem; flex: none; fill: none; stroke: currentColor;
      stroke-width: 1.6; stroke-linecap: round; }
    .icon { display: flex; color: var(--f); }
    input { all: unset; flex: 1; min-width: 0; padding: .5rem .375rem; font: inherit;
      line-height: 1.5; color: inherit; }
    input::placeholder { color: var(--f); opacity: 1; }
    input::-webkit-search-cancel-button { display: none; }
    button { all: unset; display: flex; padding: .75rem; color: var(--f); cursor: pointer;
      border-radius: inherit; }
    button:hover { color: var(--i); }
    button:focus-visible { outline: 2px solid var(--a); outline-offset: -4px; }
    [hidden] { display: none !important; }
    .panel { position: absolute; z-index: 1000; inset-inline: 0; top: calc(100% + .375rem);
      background: var(--p); border: 1px solid var(--l); border-radius: var(--zhen-radius, .625rem);
      box-shadow: 0 8px 28px rgb(0 0 0 / .14); overflow: auto; max-height: min(70vh, 36rem);
      overscroll-behavior: contain; padding-block: .375rem; }
    .label, .note { padding: .375rem 1rem .125rem; font-size: .8125rem; color: var(--f); }
    .option { padding: .4375rem 1rem; cursor: pointer; overflow-wrap: anywhere; }
    .option[aria-selected=true] { background: var(--s); box-shadow: inset 3px 0 var(--a); }
    .option .via { color: var(--f); font-size: .8125rem; margin-inline-start: .5rem; }
    :lang(zh) { font-family: var(--zhen-font, "PingFang SC", "Microsoft YaHei",
      "Noto Sans CJK SC", system-ui, sans-serif); }
    .title { font-weight: 600; unicode-bidi: isolate; }
    .passage { color: var(--f); font-size: .875rem; line-height: 1.6; unicode-bidi: isolate;
      display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2;
      overflow: hidden; }
    .passage mark { color: var(--i); }
    mark { background: var(--m); color: inherit; border-radius: 2px; }
    .all { border-top: 1px solid var(--l); margin-top: .375rem; padding-block: .625rem .5rem;
      color: var(--a); }
    :host([layout=inline]) .panel { position: static; display: flex; gap: .375rem; border: 0;
      box-shadow: none; background: none; padding: .5rem 0 0; overflow-x: auto;
      scrollbar-width: none; }
    :host([layout=inline]) :is(.choices, [role=group]) { display: flex; gap: .375rem; }
    :host([layout=inline]) .label { display: none; }
    :host([layout=inline]) .option { white-space: nowrap; max-width: 18rem; overflow: hidden;
      text-overflow: ellipsis; flex: none; border: 1px solid var(--l);
      border-radius: 99px; padding: .1875rem .75rem; font-size: .875rem; }
    :host([layout=inline]) .option:hover { border-color: var(--f); }
    :host([layout=inline]) .option[aria-selected=true] { box-shadow: none; border-color: var(--a); }
    .vh { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
      white-space: nowrap; }
    @media (prefers-reduced-motion: reduce) { * { transition: none !important; } }
  `;

  let count = 0;

  class ZhenSearch extends HTMLElement {
    static observedAttributes = ['placeholder', 'label', 'value', 'lang', 'server', 'index', 'filter'];
    static tools = { marked, safeUrl, nameOf, Latest, ask, el, WORDS };

    #input;
    #panel;
    #choices;
    #note;
    #clear;
    #status;
    #options = [];
    #active = -1;
    #composing = false;
    #timer = 0;
    #asked = null;
    #latest = new Latest();
    #id = `zhen-${++count}`;

    constructor() {
      super();
      const root = this.attachShadow({ mode: 'open', delegatesFocus: true });
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
      root.adoptedStyleSheets = [sheet];
      this.#input = el('input', {
        part: 'input', type: 'search', role: 'combobox', 'aria-autocomplete': 'list',
        'aria-expanded': 'false', 'aria-controls': `${this.#id}-list`, autocomplete: 'off',
        autocapitalize: 'off', autocorrect: 'off', spellcheck: 'false', enterkeyhint: 'search',
        maxlength: 4096,
      });
      this.#clear = el('button', { part: 'clear', type: 'button', hidden: true },
        svg('m5 5 10 10M15 5 5 15'));
      this.#choices = el('div', { class: 'choices', role: 'listbox', id: `${this.#id}-list` });
      this.#note = el('div', { class: 'note', part: 'note', hidden: true });
      this.#panel = el('div', { part: 'panel', class: 'panel', hidden: true },
        this.#choices, this.#note);
      this.#status = el('div', { class: 'vh', role: 'status', part: 'status' });
      const icon = el('span', { part: 'icon', class: 'icon' },
        svg('M13.2 13.2 17 17M14.5 8.75a5.75 5.75 0 1 1-11.5 0 5.75 5.75 0 0 1 11.5 0'));
      root.append(
        el('div', { part: 'field', class: 'field' }, icon, this.#input, this.#clear),
        this.#panel, this.#status);
      this.#listen();
    }

    #listen() {
      const input = this.#input;
      input.addEventListener('compositionstart', () => {
        this.#composing = true;
        // What waits to be asked waits on: the next composition has begun, and is not to be disturbed.
        if (this.#timer) this.#asked = null;
        this.#unschedule();
      });
      input.addEventListener('compositionend', () => {
        this.#composing = false;
        this.#changed();
      });
      input.addEventListener('input', event => {
        this.#clear.hidden = !input.value;
        const composing = this.#composing || event.isComposing;
        if (!composing || composesEverything()) this.#changed();
      });
      input.addEventListener('keydown', event => this.#key(event));
      for (const type of ['focus', 'click']) input.addEventListener(type, () => this.#show(true));
      this.addEventListener('focusout', () => {
        if (this.layout === 'inline') this.#activate(-1);
        else this.#show(false);
      });
      this.#clear.addEventListener('click', () => {
        this.value = '';
        this.#asked = null;
        input.focus();
        this.#changed();
      });
      // Keeps the focus, and with it an input method's composition, in the field.
      this.#panel.addEventListener('pointerdown', event => event.preventDefault());
      this.#panel.addEventListener('click', event => this.#clicked(event));
      this.#panel.addEventListener('auxclick', event => {
        if (event.button === 1) this.#clicked(event);
      });
    }

    connectedCallback() {
      this.#label();
      if (this.hasAttribute('autofocus')) this.focus();
      document.addEventListener('keydown', this.#hotkey);
    }

    disconnectedCallback() {
      document.removeEventListener('keydown', this.#hotkey);
      this.#unschedule();
      this.#latest.cancel();
    }

    attributeChangedCallback(name, before, value) {
      if (before === value) return;
      if (name === 'value') this.value = value ?? '';
      else if (/^(server|index|filter)$/.test(name)) this.#asked = null;
      else this.#label();
    }

    #hotkey = event => {
      const hotkey = this.getAttribute('hotkey');
      if (!hotkey || event.key !== hotkey || event.ctrlKey || event.metaKey || event.altKey) return;
      const within = event.composedPath()[0];
      if (within.isContentEditable || /^(input|textarea|select)$/i.test(within.tagName)) return;
      event.preventDefault();
      this.focus();
      this.#input.select();
    };

    // What is typed; setting it asks for nothing.
    get value() { return this.#input.value; }
    set value(text) {
      if (this.#input.value !== text) this.#input.value = text;
      this.#clear.hidden = !text;
      this.#unschedule();
      this.#latest.cancel();
      this.#asked = text.trim();
      this.#list([]);
    }

    get layout() { return this.getAttribute('layout'); }
    get server() {
      return new URL(this.getAttribute('server') || HOME, document.baseURI).href.replace(/\/+$/, '');
    }
    get words() {
      const lang = this.closest('[lang]')?.lang || navigator.language;
      return /^zh/i.test(lang) ? WORDS.zh : WORDS.en;
    }

    #number(name, otherwise) {
      const value = parseInt(this.getAttribute(name), 10);
      return value >= 0 ? value : otherwise;
    }

    #label() {
      const { words } = this;
      this.#input.placeholder = this.getAttribute('placeholder') ?? words.search;
      this.#input.setAttribute('aria-label', this.getAttribute('label') || words.search);
      this.#clear.setAttribute('aria-label', words.clear);
      this.#choices.setAttribute('aria-label', words.suggestions);
    }

    #emit(type, detail, cancelable = false) {
      return this.dispatchEvent(
        new CustomEvent(type, { detail, cancelable, bubbles: true, composed: true }));
    }

    // The text is another one: say so, and ask once typing pauses. The first letter does not wait.
    #changed() {
      const query = this.#input.value.trim();
      this.#clear.hidden = !this.#input.value;
      if (query === this.#asked) return;
      const first = !this.#asked;
      this.#asked = query;
      this.#unschedule();
      if (!query) {
        this.#latest.cancel();
        this.#list([]);
        this.#emit('zhen-input', { query });
        return;
      }
      this.#timer = setTimeout(() => {
        this.#timer = 0;
        this.#emit('zhen-input', { query });
        this.#ask(query);
      }, first ? 0 : this.#number('delay', 70));
    }

    #unschedule() {
      clearTimeout(this.#timer);
      this.#timer = 0;
    }

    async #ask(query) {
      const key = this.getAttribute('key');
      const index = this.getAttribute('index');
      const suggestions = this.#number('suggestions', 5);
      const limit = this.#number('limit', 6);
      const get = (path, params, signal) => ask(this.server, path, params, key, signal);
      try {
        const answers = await this.#latest.run(signal => Promise.all([
          // Nobody completes a whole paragraph.
          suggestions && query.length <= 200 && get('api/v1/suggest', { q: query, index, limit: suggestions }, signal),
          limit && get('api/v1/search', {
            q: query, index, limit, passages: 1, filter: this.getAttribute('filter'),
          }, signal),
        ]));
        if (!answers) return;
        const [suggested, found] = answers;
        if (found) this.#emit('zhen-results', { query, response: found });
        this.#render(query, suggested?.suggestions || [], found);
      } catch (error) {
        this.#list([]);
        if (this.#emit('zhen-error', { query, status: error.status, detail: error.message }, true)
            && limit) {
          this.#message(this.words.failed);
        }
      }
    }

    #render(query, suggestions, found) {
      const { words } = this;
      const same = text => text.toLowerCase() === query.toLowerCase();
      const options = [];
      const groups = [];
      const add = (label, items) => {
        if (!items.length) return;
        groups.push(el('div', { role: 'group', 'aria-label': label },
          el('div', { class: 'label', part: 'label', 'aria-hidden': 'true' }, label),
          ...items.map(item => item.node)));
        options.push(...items);
      };
      add(words.suggestions, suggestions.filter(each => !same(each.text)).map(each => ({
        suggestion: each.text,
        node: el('div', { part: 'option suggestion', class: 'option', dir: 'auto' }, each.text,
          words.via[each.via] ? el('span', { class: 'via' }, words.via[each.via]) : null),
      })));
      if (found) {
        if (found.did_you_mean && !suggestions.some(each => each.text === found.did_you_mean)) {
          add(words.suggestions, [{
            suggestion: found.did_you_mean,
            node: el('div', { part: 'option suggestion', class: 'option' },
              words.mean(found.did_you_mean)),
          }]);
        }
        add(words.documents, found.hits.map(hit => ({ hit, node: this.#hit(hit) })));
        if (found.total > found.hits.length) {
          const node = el('div', { part: 'option all', class: 'option all' },
            words.all(found.total));
          options.push({ all: true, node });
          groups.push(node);
        }
      }
      this.#list(options, groups);
      this.#status.textContent = found ? words.found(found.total)
        : options.length ? `${words.suggestions}: ${options.length}` : '';
      if (found && !found.hits.length) this.#message(words.nothing(query));
    }

    #hit(hit) {
      const mark = () => el('mark', { part: 'mark' });
      const [passage] = hit.passages;
      const lang = /^[\w-]+$/.test(hit.lang || '') ? hit.lang : null;
      return el('div', { part: 'option hit', class: 'option', lang },
        el('div', { part: 'title', class: 'title', dir: 'auto' },
          marked(nameOf(hit), hit.title_highlights, mark)),
        passage ? el('div', { part: 'passage', class: 'passage', dir: 'auto' },
          marked(passage.text, passage.highlights, mark)) : null);
    }

    #list(options, groups = options.map(option => option.node)) {
      this.#options = options;
      this.#choices.replaceChildren(...groups);
      this.#note.hidden = true;
      options.forEach(({ node }, i) => {
        node.id = `${this.#id}-${i}`;
        node.setAttribute('role', 'option');
        node.setAttribute('aria-selected', 'false');
      });
      this.#activate(-1);
      this.#show(options.length > 0);
      if (!options.length) this.#status.textContent = '';
    }

    // A sentence below the options.
    #message(text) {
      this.#note.textContent = text;
      this.#note.hidden = false;
      this.#show(true);
      this.#status.textContent = text;
    }

    #show(visible) {
      const open = visible && (this.#options.length > 0 || !this.#note.hidden)
        && (this.layout === 'inline' || this.shadowRoot.activeElement === this.#input);
      this.#panel.hidden = !open;
      this.#input.setAttribute('aria-expanded', String(open && this.#options.length > 0));
      if (!open) this.#activate(-1);
    }

    #activate(i) {
      this.#options[this.#active]?.node.setAttribute('aria-selected', 'false');
      this.#active = i;
      const node = this.#options[i]?.node;
      if (node) {
        node.setAttribute('aria-selected', 'true');
        node.scrollIntoView({ block: 'nearest', inline: 'nearest' });
        this.#input.setAttribute('aria-activedescendant', node.id);
      } else {
        this.#input.removeAttribute('aria-activedescendant');
      }
    }

    #key(event) {
      // Keys pressed while a candidate is being composed belong to the input method. Safari ends
      // the composition before the key that ended it is reported, with code 229.
      if (event.isComposing || this.#composing || event.keyCode === 229) return;
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const last = this.#options.length - 1;
      const open = !this.#panel.hidden && last >= 0;
      switch (event.key) {
        case 'ArrowDown':
          if (!open && last >= 0 && this.layout !== 'inline') this.#show(true);
          if (last >= 0 && this.#active < last) this.#activate(this.#active + 1);
          else if (this.#emit('zhen-leave', {}, true)) this.#activate(last >= 0 ? 0 : -1);
          break;
        case 'ArrowUp':
          if (!open) return;
          this.#activate(this.#active < 0 ? last : this.#active - 1);
          break;
        case 'Enter':
          if (open && this.#active >= 0) this.#choose(this.#options[this.#active], event);
          else this.#submit(this.#input.value.trim());
          break;
        case 'Escape':
          if (open && this.layout !== 'inline') this.#show(false);
          else if (this.#active >= 0) this.#activate(-1);
          else if (this.#input.value) this.#clear.click();
          else return;
          break;
        case 'Tab':
          if (this.layout !== 'inline') this.#show(false);
          return;
        default:
          return;
      }
      event.preventDefault();
      event.stopPropagation();
    }

    #clicked(event) {
      const option = this.#options.find(({ node }) => node.contains(event.target));
      if (option) this.#choose(option, event);
    }

    #choose(option, event) {
      if (option.all) {
        this.#submit(this.#input.value.trim(), event);
      } else if (option.hit) {
        if (this.#emit('zhen-select', { hit: option.hit }, true)) {
          this.#go(this.#address(option.hit), event);
        }
      } else {
        this.value = option.suggestion;
        if (this.#emit('zhen-select', { suggestion: option.suggestion }, true)) {
          this.#asked = null;
          this.#changed();
        }
      }
    }

    #submit(query, event) {
      // What completes a query is of no use any more.
      this.#unschedule();
      this.#latest.cancel();
      this.#list([]);
      this.#asked = query;
      if (!this.#emit('zhen-submit', { query }, true) || !query) return;
      const page = this.getAttribute('results') || `${this.server}/?q={q}&index={index}`;
      this.#go(this.#fill(page, { q: query }), event);
    }

    // Where a hit leads: the `href` pattern, its own address, or the server's page.
    #address(hit) {
      const line = hit.passages[0]?.line ?? '';
      const values = { q: this.#input.value.trim(), id: hit.id, path: hit.path || '', line,
        url: safeUrl(hit.url) || '' };
      const pattern = this.getAttribute('href') || '{url}';
      return this.#fill(values.url || !pattern.startsWith('{url}') ? pattern
        : `${this.server}/?q={q}&index={index}&doc={id}&line={line}`, values);
    }

    // The address that a pattern stands for. A whole one begins it as it is; the slashes of an id or a
    // path stay slashes in the path of the address, and do not double the one before them.
    #fill(pattern, values) {
      const all = { index: this.getAttribute('index') || '', ...values };
      const end = pattern.search(/[?#]|$/);
      return pattern.replace(/\{(\w+)\}/g, (_, name, at) => {
        const value = String(all[name] ?? '');
        if (name === 'url' && at === 0) return value;
        const coded = encodeURIComponent(value);
        if (at > end || !/^(id|path)$/.test(name)) return coded;
        return coded.replaceAll('%2F', '/').replace(/^\/+/, pattern[at - 1] === '/' ? '' : '/');
      });
    }

    #go(address, event) {
      const url = safeUrl(new URL(address || '', location.href).href);
      if (!url) return;
      if (event?.ctrlKey || event?.metaKey || event?.button === 1) open(url, '_blank', 'noopener');
      else location.assign(url);
    }
  }

  if (!customElements.get('zhen-search')) customElements.define('zhen-search', ZhenSearch);
})();
