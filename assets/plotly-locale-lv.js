/* Latvian for plotly.js, and an empty world so that maps drawn from our own borders need no base map from
   another host. Part of the built bundle; loaded alone, before plotly.js, where the bundle has not been built. */
(function () {
  "use strict";
  var none = { type: "GeometryCollection", geometries: [] };
  var world = {
    type: "Topology",
    arcs: [],
    objects: { coastlines: none, land: none, ocean: none, lakes: none, rivers: none, countries: none, subunits: none },
  };
  var assets = (window.PlotlyGeoAssets = window.PlotlyGeoAssets || {});
  assets.topojson = assets.topojson || {};
  ["world_110m", "world_50m", "europe_110m", "europe_50m"].forEach(function (name) {
    assets.topojson[name] = assets.topojson[name] || world;
  });

  var locale = {
    moduleType: "locale",
    name: "lv",
    dictionary: {
      "Autoscale": "Mērogot automātiski",
      "Box Select": "Atlasīt taisnstūrī",
      "Cancel": "Atcelt",
      "Click to enter Colorscale title": "Noklikšķiniet, lai ievadītu krāsu skalas virsrakstu",
      "Click to enter Plot subtitle": "Noklikšķiniet, lai ievadītu diagrammas apakšvirsrakstu",
      "Click to enter Plot title": "Noklikšķiniet, lai ievadītu diagrammas virsrakstu",
      "Click to enter X axis title": "Noklikšķiniet, lai ievadītu X ass virsrakstu",
      "Click to enter Y axis title": "Noklikšķiniet, lai ievadītu Y ass virsrakstu",
      "Compare data on hover": "Salīdzināt vērtības zem rādītāja",
      "Double-click on legend to isolate one trace": "Dubultklikšķis apzīmējumos atstāj vienu rindu",
      "Double-click to zoom back out": "Dubultklikšķis atjauno sākotnējo mērogu",
      "Download plot": "Lejupielādēt diagrammu",
      "Download plot as JSON": "Lejupielādēt diagrammu JSON datnē",
      "Download plot as a PNG": "Lejupielādēt diagrammu PNG attēlā",
      "Draw circle": "Zīmēt apli",
      "Draw closed freeform": "Zīmēt slēgtu brīvformu",
      "Draw line": "Zīmēt līniju",
      "Draw open freeform": "Zīmēt atvērtu brīvformu",
      "Draw rectangle": "Zīmēt taisnstūri",
      "Erase active shape": "Dzēst iezīmēto figūru",
      "Image download succeeded": "Attēls lejupielādēts",
      "JSON download succeeded": "JSON datne lejupielādēta",
      "Lasso Select": "Atlasīt ar cilpu",
      "Pan": "Pārvietot",
      "Preparing image - this may take a few seconds": "Attēlu sagatavo, tas var ilgt dažas sekundes",
      "Produced with Plotly.js": "Zīmēts ar Plotly.js",
      "Reset": "Atjaunot",
      "Reset axes": "Atjaunot asis",
      "Reset view": "Atjaunot skatu",
      "Reset views": "Atjaunot skatus",
      "Show closest data on hover": "Rādīt tuvāko vērtību zem rādītāja",
      "Sorry, there was a problem downloading your JSON file!": "JSON datni neizdevās lejupielādēt.",
      "Sorry, there was a problem downloading your image!": "Attēlu neizdevās lejupielādēt.",
      "Toggle Spike Lines": "Rādīt vai slēpt palīglīnijas",
      "Toggle show closest data on hover": "Ieslēgt vai izslēgt tuvākās vērtības rādīšanu",
      "Zoom": "Tuvināt apgabalu",
      "Zoom in": "Tuvināt",
      "Zoom out": "Tālināt",
      "concentration:": "koncentrācija:",
      "high:": "augstākā:",
      "incoming flow count:": "ienākošo plūsmu skaits:",
      "low:": "zemākā:",
      "lower fence:": "apakšējā robeža:",
      "max:": "lielākā:",
      "mean:": "vidējā:",
      "mean ± σ:": "vidējā ± σ:",
      "median:": "mediāna:",
      "min:": "mazākā:",
      "new text": "jauns teksts",
      "outgoing flow count:": "izejošo plūsmu skaits:",
      "q1:": "1. kvartile:",
      "q3:": "3. kvartile:",
      "source:": "no:",
      "target:": "uz:",
      "trace": "rinda",
      "upper fence:": "augšējā robeža:",
    },
    format: {
      days: ["svētdiena", "pirmdiena", "otrdiena", "trešdiena", "ceturtdiena", "piektdiena", "sestdiena"],
      shortDays: ["svētd.", "pirmd.", "otrd.", "trešd.", "ceturtd.", "piektd.", "sestd."],
      months: [
        "janvāris", "februāris", "marts", "aprīlis", "maijs", "jūnijs",
        "jūlijs", "augusts", "septembris", "oktobris", "novembris", "decembris",
      ],
      shortMonths: ["janv.", "febr.", "marts", "apr.", "maijs", "jūn.", "jūl.", "aug.", "sept.", "okt.", "nov.", "dec."],
      periods: ["priekšp.", "pēcp."],
      dateTime: "%d.%m.%Y. %H:%M:%S",
      date: "%d.%m.%Y.",
      time: "%H:%M:%S",
      decimal: ",",
      thousands: "\u00a0",
      grouping: [3],
      currency: ["", "\u00a0€"],
      year: "%Y",
      month: "%Y. g. %b",
      dayMonth: "%-d. %b",
      dayMonthYear: "%Y. g. %-d. %b",
    },
  };

  if (window.Plotly && window.Plotly.register) {
    window.Plotly.register(locale);
  } else {
    window.PlotlyLocales = window.PlotlyLocales || [];
    window.PlotlyLocales.push(locale);
  }
})();
