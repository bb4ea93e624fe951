// What a dashboard of ours must be to Grafana 13: its own types, made strict.
//
// The package leaves options and field settings of panels open; here each kind of panel
// has those of its plugin, and only kinds that we draw are allowed. Enumerations are
// taken by their values, since JSON has no others.
import type * as g from "@grafana/schema";
import type * as stat from "@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen";
import type * as timeline from "@grafana/schema/dist/esm/raw/composable/statetimeline/panelcfg/x/StateTimelinePanelCfg_types.gen";
import type * as table from "@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen";
import type * as series from "@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen";

type Json<T> = T extends string
  ? `${T}`
  : T extends readonly (infer Item)[]
    ? Json<Item>[]
    : T extends object
      ? { [Key in keyof T]: Json<T[Key]> }
      : T;

// As in Grafana's Prometheus plugin, which is not in the package.
interface Query {
  refId: string;
  datasource: { type: "prometheus"; uid: "${datasource}" };
  expr: string;
  format: "time_series" | "table";
  instant: boolean;
  range: boolean;
  interval: string;
  legendFormat: string;
  editorMode: "code";
}

interface Alerts extends Omit<g.AnnotationQuery, "target"> {
  target: { refId: "Anno"; expr: string };
  expr: string;
  titleFormat: string;
  textFormat: string;
  tagKeys: string;
}

interface Field<Custom> extends Omit<g.FieldConfig, "custom" | "links"> {
  custom: Custom;
  links?: { title: string; url: string; targetBlank: boolean }[];
}

interface Drawn<Type, Options, Custom>
  extends Omit<g.Panel, "type" | "options" | "fieldConfig" | "targets"> {
  type: Type;
  options: Options;
  fieldConfig: Omit<g.FieldConfigSource, "defaults"> & { defaults: Field<Custom> };
  targets: Query[];
}

type Panel =
  | g.RowPanel
  | Drawn<"stat", stat.Options, Record<string, never>>
  | Drawn<"state-timeline", timeline.Options, timeline.FieldConfig>
  | Drawn<"table", table.Options, table.FieldConfig>
  | Drawn<"timeseries", series.Options, series.FieldConfig>;

interface Dashboard extends Omit<g.Dashboard, "panels" | "annotations"> {
  panels: Panel[];
  annotations: { list: Alerts[] };
}

export type Checked = Json<Dashboard>;
