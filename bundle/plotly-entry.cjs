/* Our plotly.js: the trace types that our figures use, and nothing that asks another host for anything.
   A new trace type is one line here; tests/unit/test_bundle.py holds figures and this list together. */
require("../assets/plotly-locale-lv.js");

const Plotly = require("plotly.js/lib/core"); // brings scatter

Plotly.register([
  require("plotly.js/lib/bar"),
  require("plotly.js/lib/choropleth"),
  require("plotly.js/lib/heatmap"),
]);

// The library offers to upload charts to an outside service by default. No page of ours may.
Plotly.setPlotConfig({ showSendToCloud: false, plotlyServerURL: "", displaylogo: false });

module.exports = Plotly;
