// Reads {"steps": [...]} from standard input, takes the steps in order, and prints [{name, error, columns: [{name, type}]}] for those with SQL in them:
// {"table": NAME, "columns": [{name, type}]} makes a table, or makes it anew; {"drop": NAME} drops a table, or a data set with all its tables;
// {"model": NAME, "sql"} is a query whose result is a table for the next ones; {"script": NAME, "sql", "parameters": [{name, type, array}]} is one
// statement or several, of which each is analysed: queries, DML, DDL and transactions.
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
  "FEATURE_V_1_1_FOR_SYSTEM_TIME_AS_OF", "FEATURE_ALTER_COLUMN_SET_DATA_TYPE", "FEATURE_ALTER_TABLE_RENAME_COLUMN", "FEATURE_CREATE_TABLE_CLUSTER_BY",
  "FEATURE_V_1_3_DATE_ARITHMETICS", "FEATURE_V_1_3_EXTENDED_DATE_TIME_SIGNATURES", "FEATURE_V_1_3_IS_DISTINCT", "FEATURE_V_1_3_ADDITIONAL_STRING_FUNCTIONS",
];
const statements = [
  "RESOLVED_QUERY_STMT", "RESOLVED_INSERT_STMT", "RESOLVED_UPDATE_STMT", "RESOLVED_DELETE_STMT", "RESOLVED_MERGE_STMT", "RESOLVED_TRUNCATE_STMT",
  "RESOLVED_BEGIN_STMT", "RESOLVED_COMMIT_STMT", "RESOLVED_ALTER_TABLE_STMT", "RESOLVED_CREATE_TABLE_STMT", "RESOLVED_CREATE_TABLE_AS_SELECT_STMT",
  "RESOLVED_CREATE_VIEW_STMT", "RESOLVED_DROP_STMT",
];
const typeNames = ["INT64", "BOOL", "STRING", "DATE", "TIMESTAMP", "NUMERIC", "BIGNUMERIC", "FLOAT64", "DATETIME", "BYTES", "TIME", "JSON"];
const kindOf = (name) => (name === "FLOAT64" ? "TYPE_DOUBLE" : `TYPE_${name}`);
// The server answers with the number of a kind, which its own enumeration names.
const nameOf = (kind) => typeNames.find((name) => TypeKind[kindOf(name)] === kind || kindOf(name) === kind) ?? String(kind);

const freePort = () => new Promise((resolve) => {
  const server = createServer().listen(0, "127.0.0.1", () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});
const typeOf = (type, array) => (array ? { typeKind: "TYPE_ARRAY", arrayType: { elementType: typeOf(type) } } : { typeKind: kindOf(type) });
const table = (name, columns) => ({ name, column: columns.map((column) => ({ name: column.name, type: typeOf(column.type) })) });

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
  nameResolutionMode: "NAME_RESOLUTION_DEFAULT", productMode: "PRODUCT_EXTERNAL", enabledLanguageFeatures: features, supportedStatementKinds: statements,
};

// Tables by their whole name, DATASET.TABLE.
const tables = new Map();
const catalog = () => {
  const datasets = new Map();
  for (const [name, columns] of tables) {
    const [dataset, own] = name.split(".");
    datasets.set(dataset, [...(datasets.get(dataset) ?? []), table(own, columns)]);
  }

  return {
    name: "catalog", table: [...tables].map(([name, columns]) => table(name, columns)), builtinFunctionOptions: { languageOptions: language },
    catalog: [...datasets].map(([name, own]) => ({ name, table: own })),
  };
};
const modelOf = async ({ model, sql }) => {
  const answer = await client.analyze({ sqlStatement: sql, options: { languageOptions: language }, simpleCatalog: catalog() });
  const output = answer.resolvedStatement.resolvedQueryStmtNode.outputColumnList;
  const columns = output.map((column) => ({ name: column.name, type: nameOf(column.column.type.typeKind) }));
  tables.set(model, columns);
  return columns;
};
const scriptOf = async ({ sql, parameters }) => {
  const queryParameters = (parameters ?? []).map((parameter) => ({ name: parameter.name, type: typeOf(parameter.type, parameter.array) }));
  const end = Buffer.byteLength(sql.trimEnd());
  for (let bytePosition = 0; bytePosition < end;) {
    const answer = await client.analyze({
      parseResumeLocation: { input: sql, bytePosition, allowResume: true }, options: { languageOptions: language, queryParameters }, simpleCatalog: catalog(),
    });
    bytePosition = answer.resumeBytePosition;
  }

  return [];
};

const results = [];
for (const step of request.steps) {
  if (step.table) {
    tables.set(step.table, step.columns);
  } else if (step.drop) {
    [...tables.keys()].filter((name) => name === step.drop || name.startsWith(`${step.drop}.`)).forEach((name) => tables.delete(name));
  } else {
    const name = step.model ?? step.script;
    try {
      results.push({ name, error: null, columns: await (step.model ? modelOf(step) : scriptOf(step)) });
    } catch (failure) {
      results.push({ name, error: failure.details || failure.message, columns: [] });
    }
  }
}

process.stdout.write(JSON.stringify(results), () => process.exit(0));
