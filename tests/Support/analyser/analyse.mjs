// Reads {"sources": [{name, columns: [{name, type}]}], "models": [{name, sql}]} from standard input, analyses the models in order with
// Google's analyser, each model's result being a table for the next, and prints [{name, error, columns: [{name, type}]}].
// Usage: node analyse.mjs FOLDER, where FOLDER holds node_modules.
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(path.join(path.resolve(process.argv[2]), "package.json"));
const { TypeKind, ZetaSQLClient } = require("@fivetrandevelopers/zetasql");
const home = path.dirname(require.resolve("@fivetrandevelopers/zetasql"));

// What BigQuery has beyond the first version of the language, by name; anything else stays unknown to the analyser.
const features = [
  "FEATURE_ANALYTIC_FUNCTIONS", "FEATURE_NUMERIC_TYPE", "FEATURE_BIGNUMERIC_TYPE", "FEATURE_JSON_TYPE",
  "FEATURE_V_1_1_ORDER_BY_COLLATE", "FEATURE_V_1_1_WITH_ON_SUBQUERY", "FEATURE_V_1_1_SELECT_STAR_EXCEPT_REPLACE",
  "FEATURE_V_1_1_ORDER_BY_IN_AGGREGATE", "FEATURE_V_1_1_LIMIT_IN_AGGREGATE", "FEATURE_V_1_1_HAVING_IN_AGGREGATE",
  "FEATURE_V_1_1_NULL_HANDLING_MODIFIER_IN_ANALYTIC", "FEATURE_V_1_1_NULL_HANDLING_MODIFIER_IN_AGGREGATE", "FEATURE_V_1_2_CIVIL_TIME",
  "FEATURE_V_1_2_SAFE_FUNCTION_CALL", "FEATURE_V_1_2_WEEK_WITH_WEEKDAY", "FEATURE_V_1_3_QUALIFY", "FEATURE_V_1_3_DATE_TIME_CONSTRUCTORS",
  "FEATURE_V_1_3_DATE_ARITHMETICS", "FEATURE_V_1_3_EXTENDED_DATE_TIME_SIGNATURES", "FEATURE_V_1_3_IS_DISTINCT", "FEATURE_V_1_3_ADDITIONAL_STRING_FUNCTIONS",
];
const typeNames = ["INT64", "BOOL", "STRING", "DATE", "TIMESTAMP", "NUMERIC", "BIGNUMERIC", "FLOAT64", "DATETIME", "BYTES"];
const kindOf = (name) => (name === "FLOAT64" ? "TYPE_DOUBLE" : `TYPE_${name}`);
// The server answers with the number of a kind, which its own enumeration names.
const nameOf = (kind) => typeNames.find((name) => TypeKind[kindOf(name)] === kind || kindOf(name) === kind) ?? String(kind);

const freePort = () => new Promise((resolve) => {
  const server = createServer().listen(0, "127.0.0.1", () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});
const table = ({ name, columns }) => ({ name, column: columns.map((column) => ({ name: column.name, type: { typeKind: kindOf(column.type) } })) });

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const request = JSON.parse(Buffer.concat(chunks).toString("utf8"));

const port = await freePort();
const binary = `remote_server${process.arch.startsWith("arm") ? "_arm" : ""}${process.platform === "darwin" ? "" : ".so"}`;
const server = spawn(path.join(home, "zetasql", binary), ["localhost", String(port)], { stdio: "ignore" });
process.on("exit", () => server.kill("SIGKILL"));

ZetaSQLClient.init(port);
const client = ZetaSQLClient.getInstance();
if (!(await client.testConnection())) throw new Error("the analyser does not answer");
const language = {
  nameResolutionMode: "NAME_RESOLUTION_DEFAULT", productMode: "PRODUCT_EXTERNAL", enabledLanguageFeatures: features,
  supportedStatementKinds: ["RESOLVED_QUERY_STMT"],
};
const tables = request.sources.map(table);
const results = [];
for (const model of request.models) {
  try {
    const answer = await client.analyze({
      sqlStatement: model.sql,
      options: { languageOptions: language },
      simpleCatalog: { name: "catalog", table: tables, builtinFunctionOptions: { languageOptions: language } },
    });
    const output = answer.resolvedStatement.resolvedQueryStmtNode.outputColumnList;
    const columns = output.map((column) => ({ name: column.name, type: nameOf(column.column.type.typeKind) }));
    tables.push(table({ name: model.name, columns }));
    results.push({ name: model.name, error: null, columns });
  } catch (failure) {
    results.push({ name: model.name, error: failure.details || failure.message, columns: [] });
  }
}

process.stdout.write(JSON.stringify(results), () => process.exit(0));
