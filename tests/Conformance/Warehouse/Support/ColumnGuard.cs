using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using HospitalStreaming.Tests.Conformance.Lake.Support;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace HospitalStreaming.Tests.Conformance.Warehouse.Support;

/// <summary>
/// BigQuery's rules for columns, where bigquery-emulator has others: there a column that a PATCH adds is unknown to SQL, and a table cannot be replaced by
/// a query over itself. Both are done by making the table anew.
/// </summary>
internal sealed partial class ColumnGuard(Func<ProxiedRequest, Task<ProxiedResponse>> forward) : IProxyGuard
{
    private const string Root = "/bigquery/v2/projects/hospital-local/";

    /// <summary>Statements that replaced a table.</summary>
    internal int Replaced { get; private set; }

    public bool Takes(ProxiedRequest request) =>
        (request.Method == "PATCH" && request.Target.Contains("/tables/", StringComparison.Ordinal) && Body(request).ContainsKey("schema"))
        || (IsQuery(request) && Replacement().IsMatch((string)Body(request)["query"]!));

    public async Task<ProxiedResponse> CarryOutAsync(ProxiedRequest request)
    {
        if (IsQuery(request))
        {
            var match = Replacement().Match((string)Body(request)["query"]!);
            var (dataset, table) = (match.Groups["dataset"].Value, match.Groups["table"].Value);
            await RunAsync($"CREATE TABLE `{dataset}`.`{table}__new` AS {match.Groups["query"].Value}");
            await SendAsync("DELETE", $"datasets/{dataset}/tables/{table}", null);
            await RunAsync($"CREATE TABLE `{dataset}`.`{table}` AS SELECT * FROM `{dataset}`.`{table}__new`");
            await SendAsync("DELETE", $"datasets/{dataset}/tables/{table}__new", null);
            Replaced++;
            return new ProxiedResponse(200, [new("Content-Type", "application/json")], """{"jobComplete":true}"""u8.ToArray());
        }

        var path = request.Target.Split('?')[0].Split('/');
        var (into, name) = (path[^3], path[^1]);
        var before = JObject.Parse(Encoding.UTF8.GetString((await SendAsync("GET", $"datasets/{into}/tables/{name}", null)).Body));
        var columns = string.Join(", ", before.SelectToken("schema.fields")!.Select(field => $"`{field["name"]}`"));
        await RunAsync($"CREATE TABLE `{into}`.`{name}__old` AS SELECT * FROM `{into}`.`{name}`");
        await SendAsync("DELETE", $"datasets/{into}/tables/{name}", null);
        var made = await SendAsync("POST", $"datasets/{into}/tables", new JObject
        {
            ["tableReference"] = new JObject { ["projectId"] = "hospital-local", ["datasetId"] = into, ["tableId"] = name },
            ["schema"] = Body(request)["schema"],
        });
        await RunAsync($"INSERT INTO `{into}`.`{name}` ({columns}) SELECT {columns} FROM `{into}`.`{name}__old`");
        await SendAsync("DELETE", $"datasets/{into}/tables/{name}__old", null);
        return made;
    }

    private Task<ProxiedResponse> RunAsync(string sql) => SendAsync("POST", "queries", new JObject { ["query"] = sql, ["useLegacySql"] = false });

    private async Task<ProxiedResponse> SendAsync(string method, string path, JObject? body)
    {
        var bytes = body is null ? [] : Encoding.UTF8.GetBytes(body.ToString(Formatting.None));
        var response = await forward(new ProxiedRequest(method, Root + path, [new("Content-Type", "application/json")], bytes));
        return response.Status < 300
            ? response
            : throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"{method} {path}: {response.Status} {Encoding.UTF8.GetString(response.Body)}"));
    }

    private static bool IsQuery(ProxiedRequest request) => request.Method == "POST" && request.Target.Split('?')[0].EndsWith("/queries", StringComparison.Ordinal);

    private static JObject Body(ProxiedRequest request) => JObject.Parse(Encoding.UTF8.GetString(request.Body));

    [GeneratedRegex("^CREATE OR REPLACE TABLE `(?<dataset>[^`]+)`\\.`(?<table>[^`]+)` CLUSTER BY `[^`]+` AS (?<query>.*)$", RegexOptions.CultureInvariant)]
    private static partial Regex Replacement();
}
