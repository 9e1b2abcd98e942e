/* The small script of the house: links and forms without reload, the places that Dash draws charts into,
   the search box, and the buttons of the chart frames.
   Everything here is an addition: each link and form also works as plain HTML. */
(function () {
  "use strict";
  var lang = document.body ? document.body.dataset.lang : "lv";
  var words = {
    lv: { copied: "Saite nokopēta", found: "Atrasti varianti: ", none: "Nekas nav atrasts", loaded: "Lapa atvērta: ", failed: "Neizdevās ielādēt. Pārlādējiet lapu.", offline: "Nav savienojuma ar serveri. Lapa palikusi, kāda bija; mēģiniet vēlreiz.", uncopied: "Saiti neizdevās nokopēt; kopējiet to no adreses joslas." },
    en: { copied: "Link copied", found: "Suggestions: ", none: "Nothing found", loaded: "Page opened: ", failed: "Loading failed. Reload the page.", offline: "No connection to the server. The page has stayed as it was; try again.", uncopied: "The link could not be copied; copy it from the address bar." },
  };
  function word(key) { return words[document.documentElement.lang === "en" ? "en" : "lv"][key]; }
  function say(text) { var box = document.getElementById("page-status"); if (box) { box.textContent = text; } }

  /* --- the components ------------------------------------------------------------------------ */
  /* A chart in its place: the page is HTML, and Dash draws nothing but what stands in the frames of its charts. */
  function Place(props) {
    var pair = window.React.useState(null), box = pair[0], show = pair[1];
    window.React.useEffect(function () {
      var frame = document.getElementById(props.frame);
      var found = frame && frame.querySelector(".graph-box");
      if (!found || found.dataset.of !== props.of) { return; }  // the reader has gone on meanwhile
      var mine = { box: found, draw: function () { show(found); } };
      expect(mine);
      return function () { forget(mine); show(null); };
    }, [props.frame, props.of]);
    return box ? window.ReactDOM.createPortal(props.children, box) : null;
  }
  Place.propTypes = { frame: function () { return null; }, of: function () { return null; }, children: function () { return null; } };
  /* Holds the address whose charts Dash is asked for; shows nothing. */
  function Address() { return null; }
  Address.propTypes = { id: function () { return null; }, pathname: function () { return null; }, search: function () { return null; }, setProps: function () { return null; } };
  window.ikms = { Place: Place, Address: Address };

  /* --- charts: those near to what is looked at first, the others one by one when the browser is idle ---- */
  var waiting = [], drawing = 0, pictured = "";
  var near = window.IntersectionObserver && new IntersectionObserver(function (seen) {
    seen.forEach(function (one) {
      var mine = waiting.filter(function (w) { return w.box === one.target; })[0];
      if (mine && one.isIntersecting) { draw(mine); }
    });
    rest();
  }, { rootMargin: "300px 0px" });

  function idle(work, most) {
    if (window.requestIdleCallback) { window.requestIdleCallback(work, { timeout: most }); } else { setTimeout(work, 200); }
  }
  function expect(mine) {
    waiting.push(mine);
    if (pictured && mine.box.closest("#" + pictured)) { draw(mine); return; }
    if (near) { near.observe(mine.box); } else { rest(); }
  }
  function forget(mine) {
    waiting = waiting.filter(function (w) { return w !== mine; });
    if (near) { near.unobserve(mine.box); }
    if (mine.watch) { mine.watch.disconnect(); mine.watch = null; drawing -= 1; rest(); }
  }
  function draw(mine) {
    forget(mine);
    drawing += 1;
    mine.watch = new MutationObserver(function () {
      var plot = mine.box.querySelector(".js-plotly-plot");
      if (!plot || !plot.on || !plot.querySelector(".main-svg")) { return; }
      forget(mine);
      clickable(plot);
      if (pictured && mine.box.closest("#" + pictured)) { var id = pictured; pictured = ""; savePng(id); }
    });
    mine.watch.observe(mine.box, { childList: true, subtree: true });
    mine.draw();
  }
  function rest() {
    if (waiting.length && !drawing) { idle(function () { if (waiting.length && !drawing) { draw(waiting[0]); } }, 1000); }
  }
  window.addEventListener("beforeprint", function () { waiting.slice().forEach(draw); });

  /* --- views ------------------------------------------------------------------------------------ */
  /* A page is HTML, the first as every further one; the next is put in the place of the one that is shown.
     Dash is loaded and run for pages with charts alone. */
  var shown = location.pathname + location.search;
  var focusWanted = null;
  var asked = 0, charts = 0, charted = false;

  function still() { return document.getElementById("view"); }
  function state() { return document.querySelector("#main #view-state"); }

  function dashScripts() {
    var parts = document.getElementById("dash-parts");
    return parts ? Array.prototype.slice.call(parts.content.querySelectorAll("script")) : [];
  }
  /* Only fetched, not run: a page that is being read is not held up by what the next one may need. */
  function fetchDash(rel) {
    dashScripts().forEach(function (s) {
      if (!s.src) { return; }
      var link = document.createElement("link");
      link.rel = rel; link.as = "script"; link.href = s.getAttribute("src"); link.fetchPriority = "low";
      document.head.appendChild(link);
    });
  }
  var asleep = false;  // a script of Dash did not arrive: only a new page can bring it
  function wakeDash() {
    var scripts = dashScripts();
    if (!scripts.length) { return; }
    document.getElementById("dash-parts").remove();
    var coming = scripts.filter(function (s) { return s.src; }).map(function (s) {
      return new Promise(function (done, failed) {
        var copy = document.createElement("script");
        copy.src = s.getAttribute("src"); copy.async = false; copy.onload = done; copy.onerror = failed;
        document.body.appendChild(copy);
      });
    });
    scripts.forEach(function (s) {
      if (s.type === "application/json") { document.body.appendChild(document.importNode(s, true)); }
    });
    Promise.all(coming).then(function () {
      scripts.forEach(function (s) {
        if (s.src || s.type === "application/json") { return; }
        var copy = document.createElement("script");
        copy.id = s.id; copy.textContent = s.textContent;
        document.body.appendChild(copy);
      });
    }).catch(function () { asleep = true; });
  }

  /* Ask Dash for the charts of the address that is shown, as soon as it is awake. */
  function askDash() {
    var mine = ++charts;
    wakeDash();
    (function ask() {
      if (mine !== charts) { return; }
      if (asleep) { say(word("failed")); toast(word("failed")); return; }
      if (!document.querySelector("#dash-view #page") || !(window.dash_clientside && window.dash_clientside.set_props)) {
        setTimeout(ask, 30);
        return;
      }
      charted = true;
      window.dash_clientside.set_props("url", { pathname: location.pathname, search: location.search });
    })();
  }

  function place(html, withCharts) {
    charts += 1;  // what was asked for the page before is not waited for any more
    if (charted) { charted = false; window.dash_clientside.set_props("page", { children: [] }); }
    still().innerHTML = html;
    arrived(state());
    if (!withCharts) { return; }
    if (document.getElementById("dash-view")) { askDash(); } else { location.reload(); }  // pages of accounts come without Dash
  }

  function arrived(now) {
    document.title = now.dataset.title + " · IKMS panelis";
    // Even the same language, set anew, would have the style of every element worked out again.
    if (document.documentElement.lang !== now.dataset.lang) { document.documentElement.lang = now.dataset.lang; }
    markCurrent();
    performance.mark("ikms-view");
    if (focusWanted) {
      var target = focusWanted.id && (document.getElementById(focusWanted.id) || placed(focusWanted.id));
      var aimed = focusWanted.hash && document.getElementById(focusWanted.hash);
      if (aimed) {
        var head = aimed.querySelector("h2,h3,h4") || aimed;
        head.tabIndex = -1; head.focus({ preventScroll: true }); aimed.scrollIntoView();
      } else if (focusWanted.page) {
        var heading = document.getElementById("page-title");
        if (heading) { heading.focus({ preventScroll: true }); window.scrollTo(0, 0); }
      } else {
        if (target) { target.focus({ preventScroll: true }); }
        window.scrollTo(0, focusWanted.top);
      }
      say(word("loaded") + now.dataset.title);
      focusWanted = null;
    }
  }

  /* The table twin of a frame is fetched when it is opened. */
  document.addEventListener("toggle", function (event) {
    var box = event.target;
    if (!box.dataset || !box.dataset.twin || !box.open) { return; }
    var address = box.dataset.twin;
    delete box.dataset.twin;
    box.setAttribute("aria-busy", "true");
    fetch(address, { credentials: "same-origin" })
      .then(function (answer) { if (!answer.ok) { throw new Error(); } return answer.text(); })
      .then(function (html) { box.insertAdjacentHTML("beforeend", html); })
      .catch(function () { box.dataset.twin = address; box.open = false; say(word("failed")); toast(word("failed")); })
      .then(function () { box.removeAttribute("aria-busy"); });
  }, true);

  function placed(id) {
    var index = /^link-(\d+)$/.exec(id);
    return index ? still().querySelectorAll("a[href]")[+index[1]] : null;
  }

  /* An area of a map that carries an address works like its link in the list beside it. */
  function clickable(plot) {
    if (!plot.on || plot.dataset.clickable) { return; }
    plot.dataset.clickable = "1";
    plot.on("plotly_click", function (event) {
      var to = event.points[0] && event.points[0].customdata;
      if (typeof to === "string" && to.charAt(0) === "/") { go(to, ""); }
    });
  }

  function markCurrent() {
    Array.prototype.forEach.call(document.querySelectorAll(".main-nav a"), function (a) {
      var here = a.getAttribute("href") === location.pathname;
      if (here !== a.hasAttribute("aria-current")) { if (here) { a.setAttribute("aria-current", "page"); } else { a.removeAttribute("aria-current"); } }
    });
    var other = document.querySelector("[data-language]");
    if (other) {
      var english = location.pathname === "/en" || location.pathname.indexOf("/en/") === 0;
      other.setAttribute("href", (english ? location.pathname.slice(3).replace(/^\/*/, "/") : "/en" + (location.pathname === "/" ? "" : location.pathname)) + location.search);
    }
    Array.prototype.forEach.call(document.querySelectorAll("form.account input[name=next], details.account input[name=next]"), function (i) {
      i.value = location.pathname + location.search;
    });
  }

  /* --- navigation without reload ---------------------------------------------------------------- */
  function go(address, keepFocus, hash) {
    if (address === location.pathname + location.search) { return; }
    focusWanted = keepFocus === undefined || keepFocus === null ? { page: true } : { id: keepFocus, top: window.scrollY };
    focusWanted.hash = hash && hash.length > 1 ? hash.slice(1) : "";
    history.pushState({}, "", address + (hash || ""));
    load(address);
  }

  function load(address) {
    var mine = ++asked, before = shown, answered = false;
    shown = address;
    fetch("/skats" + address, { credentials: "same-origin" })
      .then(function (answer) {
        answered = true;
        if (mine !== asked) { return; }
        // Signed out meanwhile, or somebody else in another tab: what stands around the page is no longer true.
        if (answer.headers.get("X-Reader") && answer.headers.get("X-Reader") !== document.body.dataset.role) { location.reload(); return; }
        if (answer.status !== 200 && answer.status !== 404) { throw new Error(); }
        return answer.text().then(function (html) { if (mine === asked) { place(html, answer.headers.get("X-View") === "charts"); } });
      })
      .catch(function () {
        if (mine !== asked) { return; }
        if (answered) { location.reload(); return; }
        // Without a connection a reload would take away the page that the reader still has.
        shown = before;
        focusWanted = null;
        history.replaceState({}, "", before);
        say(word("offline")); toast(word("offline"));
      });
  }

  function awake() { return !!state(); }

  document.addEventListener("click", function (event) {
    var element = event.target.closest ? event.target : null;
    if (!element) { return; }
    var copy = element.closest("[data-copy-link]");
    if (copy) { copyLink(copy.dataset.copyLink); return; }
    var png = element.closest("[data-png]");
    if (png) { savePng(png.dataset.png); return; }
    var link = element.closest("a[href]");
    var menu = element.closest("details.menu, details.account");
    Array.prototype.forEach.call(document.querySelectorAll("details.menu[open], details.account[open]"), function (d) {
      if (d !== menu) { d.open = false; }
    });
    if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) { return; }
    if (link.hasAttribute("data-reload") || link.hasAttribute("download") || link.target || !awake()) { return; }
    var to = new URL(link.href, location.href);
    if (to.origin !== location.origin) { return; }
    if (to.pathname === location.pathname && to.search === location.search) { return; }
    if (english(to.pathname) !== english(location.pathname)) { return; }
    event.preventDefault();
    if (menu) { menu.open = false; }
    var same = to.pathname === location.pathname;
    if (same) { anchor(link); }
    go(to.pathname + to.search, same ? link.id : null, to.hash);
  });

  /* A link that changes this page's own view keeps the focus: the same link is found again by its place. */
  function anchor(link) {
    if (link.id) { return; }
    var links = Array.prototype.slice.call(still().querySelectorAll("a[href]"));
    link.id = "link-" + links.indexOf(link);
  }

  function english(path) { return path === "/en" || path.indexOf("/en/") === 0; }

  function submitted(form) {
    var pairs = new URLSearchParams();
    new FormData(form).forEach(function (value, key) { if (value !== "") { pairs.append(key, value); } });
    var query = pairs.toString();
    return form.getAttribute("action") + (query ? "?" + query : "");
  }

  /* A select that is walked through by keyboard applies on Enter or when it is left, not at each step. */
  var walked = null;
  function live(control) {
    var form = control && control.form;
    if (form && form.hasAttribute("data-live") && awake()) { go(submitted(form), control.id); }
  }
  document.addEventListener("keydown", function (event) {
    if (event.target.tagName !== "SELECT") { return; }
    if (event.key === "Enter" && walked === event.target) { walked = null; event.preventDefault(); live(event.target); }
    else if (event.key !== "Tab" && event.key !== "Shift") { event.target.dataset.keyed = "1"; }
  });
  document.addEventListener("pointerdown", function (event) {
    if (event.target.tagName === "SELECT") { delete event.target.dataset.keyed; }
  });
  document.addEventListener("change", function (event) {
    if (event.target.dataset.keyed) { walked = event.target; return; }
    live(event.target);
  });
  /* A slider moves the number beside it; only the number is sent. */
  document.addEventListener("input", function (event) {
    var field = event.target.dataset.sets && document.getElementById(event.target.dataset.sets);
    if (field) { field.value = event.target.value; }
  });
  document.addEventListener("focusout", function (event) {
    if (walked && walked === event.target) { walked = null; live(event.target); }
  });

  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.hasAttribute("data-reload") || form.method !== "get" || !awake()) { return; }
    event.preventDefault();
    go(submitted(form), event.submitter && event.submitter.id);
  });

  window.addEventListener("popstate", function () {
    if (location.pathname + location.search !== shown) { focusWanted = { page: true }; load(location.pathname + location.search); }
  });

  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") { return; }
    Array.prototype.forEach.call(document.querySelectorAll("details.menu[open], details.account[open]"), function (d) {
      d.open = false; d.querySelector("summary").focus();
    });
  });

  /* --- work that goes on elsewhere: its state is asked every second ------------------------------ */
  function watch() {
    var box = document.querySelector("#main [data-watch]");
    if (!box || document.hidden) { return; }
    fetch(box.dataset.watch, { headers: { Accept: "application/json" } }).then(function (answer) {
      return answer.ok ? answer.json() : null;
    }).then(function (now) {
      if (!now || !box.isConnected) { return; }
      if (now.key !== box.dataset.key) { location.reload(); return; }
      var step = box.querySelector("[role=status]"), bar = box.querySelector("progress");
      if (step.textContent !== now.step) { step.textContent = now.step; }
      if (now.total) { bar.max = now.total; bar.value = now.done; } else { bar.removeAttribute("value"); }
    }).catch(function () {});
  }
  setInterval(watch, 1000);

  /* --- buttons of the frames --------------------------------------------------------------------- */
  function copyLink(id) {
    var address = location.origin + location.pathname + location.search + "#" + id;
    var done = function () { say(word("copied")); toast(word("copied")); };
    var failed = function () { say(word("uncopied")); toast(word("uncopied")); };
    if (navigator.clipboard && window.isSecureContext) { navigator.clipboard.writeText(address).then(done, failed); return; }
    // Without https there is no clipboard of that kind; the old way works from a click.
    var field = document.createElement("textarea"), active = document.activeElement;
    field.value = address; field.style.position = "fixed"; field.style.opacity = "0";
    document.body.appendChild(field); field.select();
    var copied = false;
    try { copied = document.execCommand("copy"); } catch (error) { copied = false; }
    field.remove();
    if (active) { active.focus({ preventScroll: true }); }
    if (copied) { done(); } else { failed(); }
  }

  function toast(text) {
    var box = document.createElement("div");
    box.className = "toast"; box.textContent = text;
    document.body.appendChild(box);
    setTimeout(function () { box.remove(); }, Math.max(2500, 80 * text.length));
  }

  function savePng(id) {
    var frame = document.getElementById(id);
    var plot = frame.querySelector(".js-plotly-plot");
    if (plot && window.Plotly) { window.Plotly.downloadImage(plot, { format: "png", scale: 2, filename: id }); return; }
    if (frame.querySelector(".graph-box")) {  // not drawn yet: it is now, and saved then
      pictured = id;
      waiting.filter(function (w) { return frame.contains(w.box); }).forEach(draw);
      return;
    }
    var box = frame.querySelector(".mark-box");
    if (!box) { return; }
    var size = box.getBoundingClientRect();
    var css = Array.prototype.map.call(document.styleSheets, function (sheet) {
      return Array.prototype.map.call(sheet.cssRules, function (rule) { return rule.cssText; }).join("\n");
    }).join("\n");
    var holder = document.createElement("div");
    holder.setAttribute("xmlns", "http://www.w3.org/1999/xhtml");
    var style = document.createElement("style");
    style.textContent = css;
    holder.appendChild(style);
    holder.appendChild(box.cloneNode(true));
    var text = '<svg xmlns="http://www.w3.org/2000/svg" width="' + size.width + '" height="' + size.height +
      '"><foreignObject width="100%" height="100%">' + new XMLSerializer().serializeToString(holder) + "</foreignObject></svg>";
    var image = new Image();
    image.onload = function () {
      var canvas = document.createElement("canvas");
      canvas.width = size.width * 2; canvas.height = size.height * 2;
      var pen = canvas.getContext("2d");
      pen.fillStyle = "#fff"; pen.fillRect(0, 0, canvas.width, canvas.height);
      pen.drawImage(image, 0, 0, canvas.width, canvas.height);
      var a = document.createElement("a");
      a.download = id + ".png"; a.href = canvas.toDataURL("image/png"); a.click();
    };
    image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(text);
  }

  /* --- search box ---------------------------------------------------------------------------------- */
  function searchBox() {
    var input = document.getElementById("site-search");
    if (!input) { return; }
    var list = document.getElementById("search-list");
    var status = document.getElementById("search-status");
    var active = -1, timer = null, latest = 0;

    function close() { list.hidden = true; input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); active = -1; }
    function pick(i) {
      var items = list.children;
      if (active >= 0 && items[active]) { items[active].setAttribute("aria-selected", "false"); }
      active = i;
      if (items[i]) {
        items[i].setAttribute("aria-selected", "true");
        items[i].scrollIntoView({ block: "nearest" });
        input.setAttribute("aria-activedescendant", items[i].id);
      }
    }
    function open(address) { close(); input.value = ""; if (awake()) { go(address); } else { location.href = address; } }
    function show(found) {
      var chosen = active >= 0 && list.ikms && list.ikms[active] ? list.ikms[active].href : "";
      list.textContent = "";
      found.forEach(function (unit, i) {
        var item = document.createElement("li");
        item.id = "search-item-" + i;
        item.setAttribute("role", "option"); item.setAttribute("aria-selected", "false");
        var name = document.createElement("span"); name.textContent = unit.name; item.appendChild(name);
        var note = document.createElement("small"); note.textContent = unit.note; item.appendChild(note);
        item.addEventListener("mousedown", function (event) { event.preventDefault(); open(unit.href); });
        list.appendChild(item);
      });
      status.textContent = found.length ? word("found") + found.length : word("none");
      if (found.length) { list.hidden = false; input.setAttribute("aria-expanded", "true"); active = -1; } else { close(); }
      list.ikms = found;
      found.forEach(function (unit, i) { if (unit.href === chosen) { pick(i); } });
    }
    input.addEventListener("input", function () {
      clearTimeout(timer);
      var text = input.value.trim();
      if (text.length < 2) { close(); return; }
      timer = setTimeout(function () {
        var mine = ++latest;
        fetch("/meklet.json?lang=" + document.documentElement.lang + "&q=" + encodeURIComponent(text), { headers: { Accept: "application/json" } })
          .then(function (answer) { return answer.ok ? answer.json() : []; })
          .then(function (found) { if (mine === latest) { show(found); } })
          .catch(close);
      }, 120);
    });
    input.addEventListener("keydown", function (event) {
      var count = list.children.length;
      if (event.key === "ArrowDown" && list.hidden && count && input.value.trim().length > 1) { event.preventDefault(); list.hidden = false; input.setAttribute("aria-expanded", "true"); }
      else if (event.key === "ArrowDown" && !list.hidden) { event.preventDefault(); pick((active + 1) % count); }
      else if (event.key === "ArrowUp" && !list.hidden) { event.preventDefault(); pick((active - 1 + count) % count); }
      else if (event.key === "Enter" && !list.hidden && active >= 0) { event.preventDefault(); open(list.ikms[active].href); }
      else if (event.key === "Escape" && !list.hidden) { event.preventDefault(); close(); }  // a second one empties the field
    });
    input.addEventListener("blur", function () { setTimeout(close, 150); });
  }

  function start() {
    searchBox();
    markCurrent();
    if (!document.getElementById("dash-view")) { return; }
    arrived(state());
    if (document.body.dataset.charts === "1") {
      fetchDash("preload");
      // The page is painted before the scripts of its charts are run.
      if (document.hidden) { askDash(); } else { requestAnimationFrame(function () { setTimeout(function () { if (!charts) { askDash(); } }); }); }
      return;
    }
    var saving = navigator.connection && navigator.connection.saveData;
    if (!saving) { setTimeout(function () { idle(function () { fetchDash("prefetch"); }, 3000); }, 4000); }
  }
  start();  // the script stands at the end of the page
})();
