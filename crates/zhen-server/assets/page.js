// The search page. The box itself, with suggestions and input methods, is <zhen-search>.
(() => {
  'use strict';

  const { marked, safeUrl, nameOf, Latest, ask, el, WORDS } = customElements.get('zhen-search').tools;
  const $ = id => document.getElementById(id);
  const box = $('box');
  const PAGE = 10, DEEPEST = 10000, MOST_LINES = 20000, LONGEST = 8000;
  const SOON = 700, LATER = 5000;   // milliseconds between looks for a new commit
  const GROUPS = ['lang', 'kind', 'folder', 'time'];
  const KINDS = { markdown: 'Markdown', rst: 'reStructuredText', docx: 'Word', xlsx: 'Excel', pptx: 'PowerPoint' };
  const BUSY = '服务器繁忙，将自动重试。';

  const TEXT = {
    en: {
      skip: 'Skip to results', filters: 'Filters', index: 'Index', language: '切换到中文界面',
      other: '中文', sort: 'Order', pages: 'Pages of results', key: 'This server asks for an API key',
      enter: 'Enter', themes: { auto: 'Auto', light: 'Light', dark: 'Dark' },
      theme: t => `Colours: ${t}`, placeholder: 'Search in Chinese or English',
      lang: 'Language', kind: 'Type', folder: 'Folder', time: 'Time', from: 'From', to: 'To', range: 'Range…',
      any: 'All', remove: 'Remove filters', exact: 'Exact forms only',
      sorts: { '': 'Best first', 'time:desc': 'Newest first', 'time': 'Oldest first' },
      count: (n, ms) => `${n === '1' ? '1 result' : `${n} results`} in ${ms} ms`,
      nothing: 'Nothing found for ', mean: 'Did you mean ',
      relaxed: 'Documents with only some of the words count too.',
      widen: 'Fewer words or another spelling may help. ',
      more: n => n === 1 ? '1 near-identical document' : `${n} near-identical documents`,
      line: 'Line', previous: 'Previous', next: 'Next', before: 'Previous', after: 'Next', back: 'Results', original: 'Original',
      place: (i, n) => i ? `${i} of ${n}` : n === 1 ? '1 match' : `${n} matches`, gone: 'This document is not in the index any more.',
      failed: 'The server cannot be reached.', rest: 'Show the rest', tags: 'Tags', loading: 'Loading…',
      wrongkey: 'This key is not known here.', ready: n => `${n === '1' ? '1 document' : `${n} documents`} to search`,
      nomore: 'There is nothing more.',
      empty: 'This index is empty. Add documents with “zhen index PATH”.',
      kinds: { text: 'Text', subtitle: 'Subtitles', jsonl: 'JSON lines', man: 'Manual page', notebook: 'Notebook', mail: 'E-mail' },
      trouble: (status, detail) => detail,
      notes: [],
      tips: [['"自由贸易协定"', 'exactly these characters, wherever they stand'],
        ['corridor -road', 'without a word'], ['lang:zh time:2023..2024', 'by language and time'],
        ['title:词典', 'in titles only'], [['/', '↓', '↵', 'Esc'], 'to the box, through results, open, back']],
    },
    zh: {
      skip: '跳到结果', filters: '筛选', index: '索引', language: 'Switch to English', other: 'EN',
      sort: '排序', pages: '结果分页', key: '此服务器需要 API 密钥', enter: '确定',
      themes: { auto: '自动', light: '浅色', dark: '深色' }, theme: t => `配色：${t}`,
      placeholder: '用中文或英文搜索', lang: '语言', kind: '类型', folder: '文件夹', time: '时间',
      from: '从', to: '到', range: '时间段…', any: '全部', remove: '清除筛选', exact: '只找原词',
      sorts: { '': '最相关', 'time:desc': '最新', 'time': '最早' },
      count: (n, ms) => `${n} 条结果，用时 ${ms} 毫秒`, nothing: '没有找到 ', mean: '您要找的是不是 ',
      relaxed: '也包括只含部分词语的文档。', widen: '可以少用几个词或换一种写法。',
      more: n => `另有 ${n} 篇几乎相同的文档`, line: '行', previous: '上一处', next: '下一处',
      before: '上一页', after: '下一页', back: '返回结果', original: '原文', place: (i, n) => i ? `${i} / ${n}` : `${n} 处`, gone: '索引中已没有这篇文档。',
      failed: '无法连接服务器。', rest: '显示其余部分', tags: '标签', loading: '正在载入…',
      wrongkey: '密钥不正确。', ready: n => `共 ${n} 篇文档`,
      nomore: '没有更多结果了。',
      empty: '索引为空。请用 “zhen index 路径” 添加文档。',
      kinds: { text: '文本', html: '网页', subtitle: '字幕', jsonl: 'JSON 行', man: '手册页', notebook: '笔记本', mail: '邮件' },
      trouble: status => ({ 404: '没有这个索引。', 422: '筛选或排序无法使用。', 429: BUSY, 503: BUSY })[status]
        || `请求失败（${status}）。`,
      // What the server notes, in English, and how that is said here; `$` stands for what it is about.
      notes: [
        ['The quotation mark $ has no', '引号 $ 没有配对，已按文字处理。'],
        ['The parenthesis $ has no', '括号 $ 没有配对，已按文字处理。'],
        ['There is nothing between $;', '引号之间没有内容，已按文字处理。'],
        ['There is no field $; ', '没有字段 $，已按文字处理。'],
        ['there is no field $ to', '没有字段 $。'],
        ['The value of $ must follow', '$ 的值须紧跟在冒号后面，已按文字处理。'],
        ['The operator $ has nothing', '运算符 $ 没有作用对象，已按文字处理。'],
        ['$ is compared with', '$ 须与时间比较，如 2024、2024-05 或 2024-05-21。'],
        ['$ means nothing in a field', '$ 在字段中不起作用。'],
        ['$: at most 2 edits', '$：最多允许两处差异。'],
        ['the query is longer than $ char', '查询超过 $ 个字符，其余部分未查找。'],
        ['no document holds all that is quoted$;', '没有文档包含全部引文，引号中的词已按普通词语查找。'],
        ['$ more places were', '另有 $ 处已按文字处理。'],
        ['$ read as text.', '有一处无法理解，已按文字处理。'],
      ],
      tips: [['"自由贸易协定"', '整句照原样查找'], ['走廊 -公路', '不含某个词'],
        ['lang:zh time:2023..2024', '按语言和时间'], ['title:词典', '只在标题中查找'],
        [['/', '↓', '↵', 'Esc'], '到搜索框、逐条浏览、打开、返回']],
    },
  };

  const kept = (name, value) => {
    // A browser that refuses storage forgets the setting, nothing else.
    try {
      if (value === undefined) return localStorage.getItem(name);
      localStorage.setItem(name, value);
    } catch { return null; }
  };

  let ui = kept('zhen-ui') || (/^zh/i.test(navigator.language) ? 'zh' : 'en');
  let t = TEXT[ui];
  let apiKey = null;
  try { apiKey = sessionStorage.getItem('zhen-key'); } catch { /* asked for again */ }
  let state = {};
  let shown = null;      // the search whose results stand in the page
  let answer = null;
  let told = '';         // what those results were, to tell whether they have changed
  let seen = '';         // index and number of the commit they are of
  let failed = false;    // the last answer was none, and the next may be one
  let usual = '';        // the index that is meant when none is named
  let typedAt = 0, lookedAt = 0, pause = SOON;
  const searching = new Latest(), reading = new Latest();

  const number = n => n.toLocaleString(ui);
  const version = ({ index, commit }) => `${index} ${commit}`;
  const server = new URL('.', document.baseURI).href;
  const get = (path, params, signal) => ask(server, path, params, apiKey, signal);

  // ---- State and address ------------------------------------------------------------------------

  const FIELDS = { q: '', index: '', lang: '', kind: '', folder: '', from: '', to: '', sort: '',
    exact: '', page: '', doc: '', line: '' };

  function readAddress() {
    const params = new URLSearchParams(location.search);
    const read = { ...FIELDS };
    for (const name in FIELDS) read[name] = params.get(name) || '';
    read.q ||= history.state?.q || '';
    return read;
  }

  // All that is asked for, as one text.
  function asked(change = {}) {
    const params = new URLSearchParams();
    for (const [name, value] of Object.entries({ ...state, ...change })) {
      if (value && name in FIELDS) params.set(name, value);
    }
    return params.size ? `?${params}` : location.pathname;
  }

  // The address of that. A query too long for one stays with the entry of the history.
  const isLong = query => String(new URLSearchParams({ query })).length > LONGEST;
  const address = (change = {}) => asked(isLong({ ...state, ...change }.q) ? { ...change, q: '' } : change);

  // Changes the state. While somebody types, one entry of the history is enough.
  function go(change, { replace = false } = {}) {
    const next = { ...state, ...change };
    if (asked(next) === asked()) return failed ? render() : undefined;
    keepPlace();
    const entry = isLong(next.q) ? { q: next.q } : {};
    // Results that a document is opened from are one step back.
    if (next.doc && !state.doc && !replace) entry.results = shown;
    state = next;
    history[replace ? 'replaceState' : 'pushState'](entry, '', address());
    // A document finds its own place, once it is there.
    if (!replace && !next.doc) scrollTo(0, 0);
    return render();
  }

  // The place in the page, for when its entry of the history is come back to, or loaded again.
  // Of a document that is its line, from 0: how high what is above it stands is known only once it is drawn.
  const keepPlace = () => {
    const line = document.elementFromPoint(innerWidth / 2, 100)?.closest('.text p');
    const text = line?.closest('.text');
    const at = line ? Number(text.dataset.from) + [...text.querySelectorAll('p')].indexOf(line) : 0;
    history.replaceState({ ...history.state, y: scrollY, at: $('document').hidden ? undefined : at }, '');
  };
  addEventListener('scrollend', keepPlace);

  addEventListener('popstate', event => {
    state = readAddress();
    typedAt = 0;
    render(event.state?.y || 0);
  });

  const narrowed = () => GROUPS.some(group => state[group]) || state.from || state.to || state.exact;
  const clean = { lang: '', kind: '', folder: '', from: '', to: '', exact: '', page: '' };

  // A value of a field in the query language.
  const quote = text => `"${text.replaceAll('"', '""')}"`;

  // The filter in the query language, without the condition of one group.
  function filter(without) {
    const parts = [];
    if (state.lang && without !== 'lang') parts.push(`lang:${quote(state.lang)}`);
    if (state.kind && without !== 'kind') parts.push(`kind:${quote(state.kind)}`);
    if (state.folder && without !== 'folder') parts.push(`path:${quote(`${state.folder}/`)}`);
    if ((state.from || state.to) && without !== 'time') parts.push(`time:${state.from}..${state.to}`);
    return parts.join(' ');
  }

  const toResults = () => $('results').focus({ preventScroll: true });
  const active = group => group === 'time' ? state.from || state.to : state[group];

  // ---- Rendering --------------------------------------------------------------------------------

  const visible = section => {
    for (const id of ['start', 'found', 'document']) $(id).hidden = id !== section;
    $('filters').hidden = section !== 'found';
  };

  async function render(y) {
    [lookedAt, pause] = [Date.now(), SOON];
    if (box.value.trim() !== state.q) box.value = state.q;
    chosen();
    box.setAttribute('index', state.index);
    document.title = state.q ? `${state.q} · zhen` : 'zhen';
    if (state.doc) return openDocument();
    reading.cancel();
    const key = asked({ doc: '', line: '' });
    if (!state.q) {
      searching.cancel();
      shown = null;
      return start();
    }
    if (shown === key && y !== undefined) {
      visible('found');
      const back = $('hits').querySelector('[data-open]');
      back?.focus({ preventScroll: true });
    } else {
      await search(key);
    }
    if (y !== undefined && shown === key) scrollTo(0, y);
  }

  // Runs a request, with a sign that it is under way once that takes a while.
  async function waitFor(request) {
    const sign = setTimeout(() => {
      document.body.classList.add('stale');
      announce(t.loading);
    }, 150);
    try {
      return await request;
    } finally {
      clearTimeout(sign);
      if (document.body.classList.contains('stale')) announce('');
      document.body.classList.remove('stale');
    }
  }

  function problem(error) {
    fail(error);
    if (error.status === 401) {
      $('key').hidden = false;
      $('wrongkey').textContent = apiKey ? t.wrongkey : '';
      visible('');
      $('keyfield').focus();
      return announce(apiKey ? t.wrongkey : t.key);
    }
    const text = reason(error);
    if ($('found').hidden || $('count').textContent !== text) announce(text);
    $('count').textContent = text;
    for (const id of ['hits', 'pages']) $(id).replaceChildren();
    // What cannot be used may have come with the address, and its own controls are hidden.
    const refused = error.status === 422 && (narrowed() || state.sort);
    $('notes').replaceChildren(...(refused ? [remover({ class: 'plain' }, { sort: '' })] : []));
    $('sort').hidden = true;
    visible('found');
    $('filters').hidden = true;
    shown = null;
  }

  // What is said of an error. A proxy's may have nothing to say.
  const reason = ({ status, message }) => status && t.trouble(status, message) || t.failed;

  // Notes that there was no answer. Where the next may be one, it is asked for before long: a server
  // may come back, and what is not there may be added.
  function fail({ status, retry }) {
    failed = !status || status === 404 || status === 429 || status >= 500;
    if (failed) pause = Math.max(Math.min(pause * 2, LATER), 1000 * (retry || 0));
  }

  function start() {
    visible('start');
    const tips = t.tips.map(([query, means]) => [
      el('dt', {}, ...(Array.isArray(query) ? query.flatMap(key => [el('kbd', {}, key), ' '])
        : [tip(query)])),
      el('dd', {}, means)]).flat();
    $('start').replaceChildren(el('h1', {}), el('dl', {}, ...tips));
    return count();
  }

  // Says how many documents there are to search.
  async function count() {
    const here = state;
    failed = false;
    let documents = 0;
    try {
      const stats = await get('api/v1/stats', { index: here.index });
      if (state !== here) return;
      seen = version(stats);
      ({ documents } = stats);
    } catch (error) {
      if (state !== here) return;
      if (error.status !== 404) return problem(error);
    }
    if (!documents) fail({ status: 404 });
    visible('start');
    $('start').firstChild.textContent = documents ? t.ready(number(documents)) : t.empty;
  }

  function tip(query) {
    const button = el('button', { type: 'button', class: 'plain' }, el('code', {}, query));
    button.onclick = () => { go({ q: query }); box.focus(); };
    return button;
  }

  async function search(key) {
    const page = Math.min(Math.max(1, parseInt(state.page, 10) || 1), DEEPEST / PAGE);
    const offset = (page - 1) * PAGE;
    // Folders lead on downwards: those within the one chosen are counted, not those beside it.
    const open = GROUPS.filter(group => group === 'folder' || !active(group));
    const common = { q: state.q, index: state.index, exact: state.exact };
    failed = false;
    try {
      const asking = searching.run(signal => Promise.all([
        // One more than is shown tells whether there is another page.
        get('api/v1/search', { ...common, limit: Math.min(PAGE + 1, DEEPEST - offset), offset,
          sort: state.sort, filter: filter(), facet: open }, signal),
        // What a group could be set to instead is counted without its own condition.
        ...GROUPS.filter(group => !open.includes(group)).map(group => get('api/v1/search', { ...common, limit: 0,
          passages: 0, filter: filter(group), facet: group }, signal)),
      ]));
      // Nobody waits for what is there already.
      const answers = await (key === shown ? asking : waitFor(asking));
      if (!answers) return;
      answer = answers[0];
      const { hits, total } = answer;
      const last = Math.max(1, Math.ceil(Math.min(total, DEEPEST) / PAGE));
      if (page > last) return go({ page: last > 1 ? String(last) : '' }, { replace: true });
      const tells = JSON.stringify(answers, (name, value) => name === 'took_us' ? 0 : value);
      if (shown === key && told === tells && !$('found').hidden) return;
      [shown, told] = [key, tells];
      $('key').hidden = true;
      visible('found');
      // What is folded into other hits fills no pages.
      const ends = hits.length <= PAGE && offset + PAGE < DEEPEST;
      showSummary(answer, page > 1 && !hits.length);
      const at = focusedHit();
      $('hits').replaceChildren(...hits.slice(0, PAGE).map(showHit));
      if (at >= 0) (titles()[at] || $('results')).focus({ preventScroll: true });
      showPages(ends ? offset + hits.length : total, page);
      showFilters(Object.assign({}, ...answers.map(each => each.facets)));
    } catch (error) {
      problem(error);
    }
  }

  let announcing = 0;
  function announce(text) {
    clearTimeout(announcing);
    announcing = setTimeout(() => { $('announce').textContent = text; }, 350);
  }

  function showSummary(found, ended) {
    const ms = (found.took_us / 1000).toLocaleString(ui, { maximumFractionDigits: found.took_us < 10000 ? 1 : 0 });
    const count = t.count(number(found.total), ms);
    const notes = [];
    if (found.did_you_mean) {
      const button = el('button', { type: 'button', class: 'plain' }, t.mean,
        el('em', { dir: 'auto' }, found.did_you_mean), ui === 'zh' ? '？' : '?');
      button.onclick = () => go({ q: found.did_you_mean, page: '' });
      notes.push(el('p', { class: 'note' }, button));
    }
    if (!found.total) {
      const note = el('p', { class: 'note' }, t.nothing, el('em', { dir: 'auto' }, found.query),
        ui === 'zh' ? '。' : '. ', t.widen, narrowed() ? remover({ class: 'plain' }) : null);
      notes.push(note);
    } else if (ended) {
      notes.push(el('p', { class: 'note' }, t.nomore));
    } else if (found.relaxed) {
      notes.push(el('p', { class: 'note' }, t.relaxed));
    }
    for (const note of new Set((found.notes || []).map(inWords))) notes.push(el('p', { class: 'note' }, note));
    $('count').textContent = count;
    $('notes').replaceChildren(...notes);
    $('sort').hidden = !found.total;
    $('sort').value = state.sort;
    announce(found.total ? count : notes.map(note => note.textContent).join(' '));
  }

  // A note in the language of the page, where it has words for it.
  function inWords(note) {
    for (const [shape, words] of t.notes) {
      const [before, after] = shape.split('$');
      const end = note.indexOf(after, before.length);
      if (note.startsWith(before) && end >= 0) return words.replace('$', () => note.slice(before.length, end));
    }
    return note;
  }

  const tag = lang => /^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/.test(lang || '') ? lang : null;
  const language = lang => {
    try {
      return new Intl.DisplayNames(ui, { type: 'language' }).of(lang);
    } catch { return lang; }
  };
  const kind = name => t.kinds[name] || KINDS[name] || name.toUpperCase();
  const date = time => {
    const day = new Date(time);
    if (Number.isNaN(day.valueOf())) return time;
    return day.toLocaleDateString(ui, { dateStyle: 'medium', timeZone: 'UTC' });
  };
  const short = path => {
    const parts = path.split('/');
    return parts.length > 4 ? `…/${parts.slice(-3).join('/')}` : path;
  };

  const titles = () => [...$('hits').querySelectorAll('h2 a')];
  const focusedHit = () => [...$('hits').children].indexOf(document.activeElement.closest('.hit'));

  function meta(hit) {
    const parts = [];
    if (hit.path) {
      const button = el('button', { type: 'button', title: hit.path, dir: 'auto' }, short(hit.path));
      button.onclick = () => go({ folder: hit.path.replace(/\/[^/]*$/, ''), page: '', doc: '', line: '' });
      parts.push(el('span', { class: 'path' }, button));
    } else if (safeUrl(hit.url)) {
      parts.push(el('span', { class: 'path' }, new URL(hit.url).host));
    }
    if (hit.time) parts.push(el('time', { datetime: hit.time }, date(hit.time)));
    if (tag(hit.lang)) parts.push(el('span', {}, language(hit.lang)));
    if (hit.kind) parts.push(el('span', {}, kind(hit.kind)));
    return el('div', { class: 'meta' }, ...parts);
  }

  // A link that acts on this page, unless it is asked to open elsewhere.
  function inPlace(to, act) {
    to.onclick = event => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      act();
    };
    return to;
  }

  function link(hit, line, props, ...children) {
    const to = el('a', { href: address({ doc: hit.id, line: line || '' }), ...props }, ...children);
    return inPlace(to, () => {
      $('hits').querySelector('[data-open]')?.removeAttribute('data-open');
      to.closest('.hit').querySelector('h2 a').dataset.open = '';
      go({ doc: hit.id, line: String(line || '') });
    });
  }

  function showHit(hit) {
    const lang = tag(hit.lang);
    const ways = hit.matched.filter(way => WORDS[ui].via[way.via]);
    return el('li', { class: 'hit' },
      el('h2', { lang }, link(hit, hit.passages[0]?.line, { dir: 'auto' },
        marked(nameOf(hit), hit.title_highlights))),
      meta(hit),
      hit.passages.length ? el('div', { class: 'passages' }, ...hit.passages.map(passage =>
        link(hit, passage.line, { class: 'passage' },
          el('span', { class: 'line' }, el('span', { class: 'vh' }, `${t.line} `), passage.line),
          el('span', { dir: 'auto', lang }, marked(passage.text, passage.highlights))))) : null,
      ways.length ? el('ul', { class: 'ways' }, ...ways.map(way => el('li', {},
        el('b', { dir: 'auto' }, way.query), ' → ', el('b', { dir: 'auto' }, way.term),
        el('i', {}, WORDS[ui].via[way.via])))) : null,
      hit.duplicates ? el('div', { class: 'meta' }, alike(hit)) : null);
  }

  // Leads to the documents that are folded into a hit.
  function alike(hit) {
    const all = { ...clean, q: `duplicates:${quote(hit.id)}`, doc: '', line: '' };
    return inPlace(el('a', { href: address(all) }, t.more(hit.duplicates)), () => go(all));
  }

  function showPages(total, page) {
    const last = Math.ceil(Math.min(total, DEEPEST) / PAGE);
    const pages = new Set([1, page - 2, page - 1, page, page + 1, page + 2]);
    const links = [];
    const add = (n, text, rel) => {
      const to = el('a', { href: address({ page: n > 1 ? n : '' }), rel,
        'aria-current': !rel && n === page ? 'page' : null }, text);
      links.push(inPlace(to, () => {
        go({ page: n > 1 ? String(n) : '' });
        toResults();
      }));
    };
    if (page > 1) add(page - 1, t.before, 'prev');
    for (const n of [...pages].filter(n => n >= 1 && n <= last).sort((a, b) => a - b)) add(n, number(n));
    if (page < last) add(page + 1, t.after, 'next');
    $('pages').replaceChildren(...(last > 1 || page > 1 ? links : []));
  }

  const valueName = (group, value) => !value ? t.any : group === 'lang' ? language(value)
    : group === 'kind' ? kind(value) : group === 'folder' ? value.split('/').pop() || '/' : value;

  // A filter that is set, where the others are folded away. Pressing it removes it.
  function chip(text, without) {
    const button = el('button', { type: 'button', 'aria-label': `${WORDS[ui].clear}: ${text}` }, `${text} ×`);
    button.onclick = () => { go({ ...without, page: '' }); toResults(); };
    return button;
  }

  function showChips() {
    const chips = GROUPS.filter(active).map(group => group === 'time'
      ? chip([...new Set([state.from, state.to])].join('–'), { from: '', to: '' })
      : chip(valueName(group, state[group]), { [group]: '' }));
    if (state.exact) chips.push(chip(t.exact, { exact: '' }));
    $('set').replaceChildren(...chips);
  }

  function remover(props, also) {
    const button = el('button', { type: 'button', ...props }, t.remove);
    button.onclick = () => { go({ ...clean, ...also }); toResults(); };
    return button;
  }

  // The date field that is being typed into.
  let typing = null;

  // A field for one end of the time. Browsers tell of a change with every digit: what is typed is meant
  // when Enter says so or the field is left.
  function dateField(end, value) {
    const day = el('input', { type: 'date', id: `time-${end}`, max: '9999-12-31' });
    let before = day.value = value;
    const apply = () => {
      typing = null;
      if (day.value !== before) go({ [end]: before = day.value, page: '' });
    };
    day.onkeydown = ({ key }) => {
      if (key === 'Enter') apply();
      else typing = day;
    };
    day.onpointerdown = () => { typing = null; };
    day.onchange = () => { if (typing !== day) apply(); };
    day.onblur = () => { if (day.isConnected) apply(); };
    return day;
  }

  function showFilters(facets) {
    const form = $('narrow');
    if (typing?.isConnected) {
      // The form waits until the field is left, and is then made anew with the next look.
      seen = told = '';
      return showChips();
    }
    const held = document.activeElement?.closest?.('#narrow') && document.activeElement;
    const groups = GROUPS.map(group => {
      const now = group === 'time' ? (state.from === state.to ? state.from : '') : state[group];
      let values = (facets[group] || []).slice(0, group === 'time' ? 8 : 10);
      if (group === 'time') values.sort((a, b) => b.value.localeCompare(a.value));
      // A folder that holds the others narrows nothing.
      if (group === 'folder') values = values.filter(({ value }) => value !== now && !values.some(other => other.value.startsWith(`${value}/`)));
      if (now && !values.some(each => each.value === now)) values.unshift({ value: now, count: null });
      if (values.length < 2 && !active(group)) return null;
      if (active(group)) values.unshift({ value: '', count: null });
      const choices = values.map(({ value, count }) => {
        const radio = el('input', { type: 'radio', name: group, value, id: `${group}-${value}` });
        radio.checked = value !== '' && value === now;
        radio.onchange = () => go(group === 'time' ? { from: value, to: value, page: '' }
          : { [group]: value, page: '' });
        return el('label', { class: 'value', title: group === 'folder' ? value || null : null }, radio,
          el('span', { dir: 'auto' }, valueName(group, value)),
          el('span', { class: 'count' }, count == null ? '' : number(count)));
      });
      const open = form.querySelector('.range')?.open || Boolean(active(group) && !now);
      const range = group !== 'time' ? null : el('details', { class: 'range', open }, el('summary', { id: 'time-range' }, t.range), ...['from', 'to'].map(end => {
        const year = state[end];
        return el('label', {}, t[end],
          dateField(end, /^\d{4}$/.test(year) ? `${year}-${end === 'from' ? '01-01' : '12-31'}` : year));
      }));
      return el('fieldset', {}, el('legend', {}, t[group]), ...choices, range);
    });
    const exact = el('input', { type: 'checkbox', id: 'exact' });
    exact.checked = Boolean(state.exact);
    exact.onchange = () => go({ exact: exact.checked ? '1' : '', page: '' });
    form.replaceChildren(...groups.filter(Boolean),
      el('label', { class: 'exact' }, exact, t.exact), ...(narrowed() ? [remover({ id: 'remove' })] : []));
    showChips();
    // The choice may be gone from its group; then the group's first.
    if (held?.id) ($(held.id) || [...form.elements].find(each => each.name && each.name === held.name) || box).focus();
  }

  // ---- One document -----------------------------------------------------------------------------

  async function openDocument() {
    failed = false;
    // Results on their way must not take the document's place. They are asked for again with the next look.
    searching.cancel();
    seen = '';
    const id = state.doc;
    const known = answer?.hits.find(hit => hit.id === id);
    // Its passages again, all of them: the address may have come from somebody else.
    const again = signal => !state.q ? null : get('api/v1/search', {
      q: state.q, index: state.index, exact: state.exact, limit: 1, passages: 20, filter: `id:${quote(id)}`,
    }, signal).catch(() => null);
    try {
      const read = await waitFor(reading.run(signal => Promise.all([
        get(`api/v1/documents/${encodeURIComponent(id)}`, { index: state.index }, signal),
        again(signal),
      ])));
      if (!read) return;
      const hit = read[1]?.hits.find(each => each.id === id) || known;
      $('key').hidden = true;
      showDocument(read[0], hit);
    } catch (error) {
      if (error.status === 401) return problem(error);
      fail(error);
      showGone(error.status === 404 ? t.gone : reason(error));
    }
  }

  function bar(...extra) {
    const back = el('a', { href: address({ doc: '', line: '' }) }, `← ${t.back}`);
    inPlace(back, closeDocument);
    return el('div', { class: 'bar' }, back, el('span', { class: 'spacer' }), ...extra);
  }

  function closeDocument() {
    if (history.state?.results && history.state.results === asked({ doc: '', line: '' })) return history.back();
    go({ doc: '', line: '' });
    toResults();
  }

  function showGone(text) {
    if (!$('document').hidden && $('document').lastElementChild?.textContent === text) return;
    $('document').replaceChildren(bar(), el('p', { class: 'note' }, text));
    visible('document');
    announce(text);
  }

  // Ranges of UTF-16 units in `body` where the query stands: the passages' highlights, and every
  // other place of what they matched.
  function places(body, hit) {
    const found = [];
    for (const { text, highlights } of hit?.passages || []) {
      const start = body.indexOf(text);
      if (start < 0) continue;
      const units = [0];
      for (const letter of text) units.push(units.at(-1) + letter.length);
      for (const [from, to] of highlights) found.push([start + units[from], start + units[to]]);
    }
    const low = body.toLowerCase();
    const terms = new Set((hit?.matched || []).map(way => way.term.toLowerCase()));
    if (low.length === body.length) {
      for (const term of terms) {
        const word = /^[a-z0-9]+$/.test(term);
        for (let at = low.indexOf(term); term && at >= 0; at = low.indexOf(term, at + term.length)) {
          const alone = !/[a-z0-9]/.test(low[at - 1] || ' ') && !/[a-z0-9]/.test(low[at + term.length] || ' ');
          if (!word || alone) found.push([at, at + term.length]);
          if (found.length > 5000) break;
        }
      }
    }
    found.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    const merged = [];
    for (const [from, to] of found) {
      const last = merged.at(-1);
      if (last && from <= last[1]) last[1] = Math.max(last[1], to);
      else merged.push([from, to]);
    }
    return merged;
  }

  // The source line of each body line, where the document says how they differ: its map says of
  // some lines of the body where they stand, and what follows each goes on from there.
  function sourceLines(map) {
    return line => {
      let [low, high] = [0, map.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (map[middle][0] <= line) low = middle + 1;
        else high = middle;
      }
      return low ? map[low - 1][1] + line - map[low - 1][0] : line;
    };
  }

  // A document as this page needs it: a record may have fields of any name and type.
  function readable(doc) {
    const text = name => typeof doc[name] === 'string' ? doc[name] : '';
    const isEntry = each => Array.isArray(each) && each.length === 2 && each.every(Number.isInteger);
    const map = Array.isArray(doc.lines) && doc.lines.every(isEntry) ? doc.lines : [];
    const tags = Array.isArray(doc.tags) ? doc.tags.filter(tag => typeof tag === 'string') : [];
    const read = { map, tags };
    for (const name of ['title', 'body', 'path', 'url', 'lang', 'kind', 'time']) read[name] = text(name);
    return read;
  }

  function showDocument(found, hit) {
    const doc = readable(found);
    const { body, map } = doc;
    const marks = places(body, hit);
    const target = Number(state.line) || 0;
    const source = sourceLines(map);
    let here = null;
    const lines = body.split('\n');
    // Draws some of the lines, as sections. `first` begins a section, or the text.
    const draw = (first, last) => {
      const sections = [];
      let section, above = first && source(first), at = 0;
      for (let i = 0; i < first; i++) at += lines[i].length + 1;
      let next = marks.findIndex(mark => mark[1] > at);
      if (next < 0) next = marks.length;
      for (let i = first; i < Math.min(last, lines.length); i++) {
        const end = at + lines[i].length;
        const ranges = [];
        while (next < marks.length && marks[next][0] < end) {
          const [from, to] = marks[next];
          ranges.push([Math.max(from, at) - at, Math.min(to, end) - at]);
          if (to > end) break;
          next++;
        }
        const n = source(i + 1);
        const span = el('span', { dir: 'auto' });
        let from = 0;
        for (const [start, stop] of ranges) {
          span.append(lines[i].slice(from, start), el('mark', {}, lines[i].slice(start, stop)));
          from = stop;
        }
        span.append(lines[i].slice(from));
        // Many lines of a text can stand on one of its source, and blank ones between blocks on none.
        const same = n === above || (map.length && !lines[i]);
        const p = el('p', { 'data-n': same ? '' : n }, span);
        if (!same) above = n;
        if (n === target && (!here || (ranges.length && !here.querySelector('mark')))) {
          here?.classList.remove('here');
          here = p;
          p.classList.add('here');
        }
        if (i % 200 === 0 || !section) sections.push(section = el('section', {}));
        section.append(p);
        at = end + 1;
      }
      return sections;
    };
    // Of a very long text only a part is drawn at first: its beginning, or what is around the line
    // that is asked for.
    let from = 0;
    const kept = history.state?.at;
    const wanted = kept ?? lines.findIndex((_, i) => source(i + 1) >= target);
    if (wanted >= MOST_LINES) from = Math.floor((wanted - MOST_LINES / 2) / 200) * 200;
    const lang = tag(doc.lang);
    const text = el('div', { class: source(lines.length) > 9999 ? 'text wide' : 'text', lang }, ...draw(from, from + MOST_LINES));
    const title = el('h1', { dir: 'auto', lang, tabindex: -1 },
      marked(nameOf({ title: doc.title, id: state.doc }), doc.title && hit?.title_highlights));
    const url = safeUrl(doc.url);
    const tags = doc.tags.length ? [el('dt', {}, t.tags), el('dd', {}, doc.tags.join(', '))] : [];
    const steps = el('span', { class: 'step' });
    $('document').replaceChildren(
      bar(steps, url ? el('a', { href: url, rel: 'noopener noreferrer' }, t.original) : null),
      title, meta(doc), text, ...(tags.length ? [el('dl', { class: 'fields' }, ...tags)] : []));
    const rest = (add, first, last) => {
      const button = el('button', { type: 'button', class: 'plain' }, t.rest);
      button.onclick = () => {
        text[add](...draw(first, last));
        if (!first) text.dataset.from = 0;
        button.remove();
        count();
      };
      return button;
    };
    // A line of the text is one of the copy.
    text.oncopy = event => {
      const copied = getSelection().getRangeAt(0).cloneContents().querySelectorAll('p');
      if (!copied.length) return;
      event.clipboardData.setData('text/plain', [...copied].map(line => line.textContent).join('\n'));
      event.preventDefault();
    };
    text.dataset.from = from;
    if (from) text.before(rest('prepend', 0, from));
    if (lines.length > from + MOST_LINES) $('document').append(rest('append', from + MOST_LINES, lines.length));
    visible('document');
    document.title = `${title.textContent} · zhen`;

    let all = [], now = -1;
    const place = el('span', {});
    const count = () => {
      const held = all[now];
      all = [...text.querySelectorAll('mark')];
      now = all.indexOf(held);
      steps.hidden = !all.length;
      const more = marks.length > all.length && $('document').querySelector(':scope > .plain');
      place.textContent = all.length ? t.place(now + 1, more ? `${all.length}+` : all.length) : '';
    };
    const step = by => {
      if (!all.length) return;
      all[now]?.classList.remove('now');
      now = (now + by + all.length) % all.length;
      all[now].classList.add('now');
      all[now].scrollIntoView({ block: 'center' });
      count();
    };
    const arrow = (label, sign, by) => {
      const button = el('button', { type: 'button', 'aria-label': label }, sign);
      button.onclick = () => step(by);
      return button;
    };
    steps.append(place, arrow(t.previous, '↑', -1), arrow(t.next, '↓', 1));
    count();
    title.focus({ preventScroll: true });
    const first = here?.querySelector('mark');
    const line = text.querySelectorAll('p')[kept - from];
    if (line) {
      line.scrollIntoView();
      scrollBy(0, kept ? -90 : -1e4);
    } else if (first) {
      now = all.indexOf(first) - 1;
      step(1);
    } else if (here) {
      here.scrollIntoView({ block: 'center' });
    } else {
      scrollTo(0, 0);
    }
  }

  // ---- Keys, settings, beginning ----------------------------------------------------------------

  box.addEventListener('zhen-input', ({ detail }) => {
    const fresh = Date.now() - typedAt > 2000 || !state.q || state.doc;
    typedAt = Date.now();
    box.classList.add('typed');
    go({ q: detail.query, page: '', doc: '', line: '' }, { replace: !fresh });
  });
  for (const type of ['zhen-submit', 'zhen-select']) {
    box.addEventListener(type, event => {
      event.preventDefault();
      const q = event.detail.query ?? event.detail.suggestion;
      go({ q, page: '', doc: '', line: '' }, { replace: Date.now() - typedAt < 2000 });
      typedAt = 0;
      // The keyboard on the screen makes room for the results.
      if (matchMedia('(pointer: coarse)').matches) toResults();
    });
  }
  box.addEventListener('zhen-leave', event => {
    const [first] = titles();
    if (!first || $('found').hidden) return;
    event.preventDefault();
    first.focus();
  });
  box.addEventListener('zhen-error', event => event.preventDefault());

  $('hits').addEventListener('keydown', event => {
    const by = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
    if (!by || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const to = focusedHit() + by;
    if (to < 0) return box.focus();
    const next = titles()[to];
    next?.focus();
    next?.closest('.hit').scrollIntoView({ block: 'nearest' });
  });

  document.addEventListener('keydown', event => {
    if (event.isComposing || event.keyCode === 229 || event.key !== 'Escape') return;
    if (event.defaultPrevented) return;
    if (state.doc) closeDocument();
    else box.focus();
  });

  // What another process commits shows without a word from it: results in view are asked for again
  // when the number of the last commit has changed. A page that nobody touches is left alone.
  // While nothing changes it looks less and less often, and as seldom as a server that is busy says.
  async function look() {
    const key = shown;
    if (document.hidden || Date.now() - lookedAt > 600000) return;
    if (failed) return state.doc ? openDocument() : state.q ? search(asked()) : count();
    if (!key || state.doc) return;
    try {
      const now = version(await get('api/v1/stats', { index: state.index }));
      if (key !== shown || state.doc) return;
      pause = now === seen ? Math.min(pause * 1.3, LATER) : SOON;
      if (now !== seen) search(shown);
      seen = now;
    } catch (error) {
      pause = Math.max(LATER, 1000 * (error.retry || 0));
    }
  }
  const watch = () => setTimeout(() => look().finally(watch), pause);
  watch();
  document.addEventListener('visibilitychange', () => {
    [lookedAt, pause] = [Date.now(), SOON];
    if (!document.hidden && shown && !state.doc) search(shown);
  });

  $('home').addEventListener('click', event => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    go({ ...FIELDS, index: state.index });
    box.focus();
  });
  $('narrow').addEventListener('submit', event => event.preventDefault());
  $('sort').addEventListener('change', () => go({ sort: $('sort').value, page: '' }));
  $('index').addEventListener('change', () => go({ ...clean, index: $('index').value, doc: '', line: '' }));
  $('keyform').addEventListener('submit', event => {
    event.preventDefault();
    // What a key is copied with, such as a blank of no width, is none of it.
    useKey($('keyfield').value.replace(/[^!-~]/g, ''));
    $('keyfield').value = '';
    $('key').hidden = true;
    box.focus();
    begin();
  });

  function useKey(key) {
    apiKey = key;
    try { sessionStorage.setItem('zhen-key', key); } catch { /* kept until the page is left */ }
    box.setAttribute('key', key);
  }

  $('language').addEventListener('click', () => {
    ui = ui === 'zh' ? 'en' : 'zh';
    kept('zhen-ui', ui);
    translate();
    shown = null;
    render();
  });

  const THEMES = ['auto', 'light', 'dark'];
  function theme(name) {
    if (name === 'auto') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = name;
    box.setAttribute('theme', name);
    $('theme').textContent = { auto: '◐', light: '○', dark: '●' }[name];
    $('theme').title = t.theme(t.themes[name]);
    $('theme').setAttribute('aria-label', t.theme(t.themes[name]));
  }
  $('theme').addEventListener('click', () => {
    const next = THEMES[(THEMES.indexOf(kept('zhen-theme') || 'auto') + 1) % 3];
    kept('zhen-theme', next);
    theme(next);
  });

  function translate() {
    t = TEXT[ui];
    document.documentElement.lang = ui === 'zh' ? 'zh-Hans' : 'en';
    for (const node of document.querySelectorAll('[data-t]')) node.textContent = t[node.dataset.t];
    for (const node of document.querySelectorAll('[data-t-label]')) node.setAttribute('aria-label', t[node.dataset.tLabel]);
    $('language').textContent = t.other;
    $('language').lang = ui === 'zh' ? 'en' : 'zh-Hans';
    box.lang = document.documentElement.lang;
    box.setAttribute('placeholder', t.placeholder);
    $('sort').replaceChildren(...Object.entries(t.sorts).map(([value, text]) => el('option', { value }, text)));
    theme(kept('zhen-theme') || 'auto');
  }

  // The index by its place in the list, where the usual one has no name.
  function chosen() {
    $('index').value = state.index === usual ? '' : state.index;
  }

  async function begin() {
    state = readAddress();
    render(history.state?.y || 0);
    try {
      const { indexes, default: name } = await get('api/v1/indexes', {});
      usual = name;
      // The usual one need not be there. Where there is but one other, that is meant.
      const only = indexes.length === 1 && indexes[0] !== usual;
      if (only && !state.index) go({ index: indexes[0] }, { replace: true });
      const names = [...new Set([...indexes, state.index || usual])];
      $('index').replaceChildren(...names.map(name => el('option', { value: name === usual ? '' : name }, name)));
      $('index').hidden = names.length < 2;
      chosen();
    } catch { /* said by the search */ }
  }

  history.scrollRestoration = 'manual';
  if (matchMedia('(max-width: 48rem)').matches) $('fold').open = false;
  if (apiKey) box.setAttribute('key', apiKey);
  translate();
  begin();
  if (!state.q && !state.doc) box.focus();
})();
