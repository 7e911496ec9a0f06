using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using HospitalStreaming.Tests.Conformance.Lake.Support;
using HospitalStreaming.Tests.Conformance.Transform.Support;
using HospitalStreaming.Warehouse.BigQuery;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace HospitalStreaming.Tests.Conformance.Warehouse.Support;

/// <summary>
/// Stands before BigQuery's emulator and keeps what the product sends, in order, as steps for Google's analyser: the tables and views that it makes,
/// the columns that a load job brings, and every statement as it was sent.
/// </summary>
internal sealed class SentStatements(Func<ProxiedRequest, Task<ProxiedResponse>> forward) : IProxyGuard
{
    private const int Made = 300;

    private readonly ConcurrentQueue<object> _steps = new();

    /// <summary>Statements, one text each.</summary>
    internal IEnumerable<string> Texts => _steps.OfType<Script>().Select(script => script.Sql);

    public bool Takes(ProxiedRequest request) => true;

    public async Task<ProxiedResponse> CarryOutAsync(ProxiedRequest request)
    {
        var path = request.Target.Split('?')[0].Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (path[^1] == "queries" && request.Method == "POST")
        {
            // BigQuery's own text where the emulator has another.
            var body = Body(request);
            _steps.Enqueue(new Script(
                string.Create(CultureInfo.InvariantCulture, $"statement {_steps.Count}"),
                ((string)body["query"]!).Replace(BigQuerySql.AmongKeysOfEmulator, BigQuerySql.AmongKeysOfService, StringComparison.Ordinal),
                [.. (body["queryParameters"] ?? Enumerable.Empty<JToken>()).Select(Parameter.Of)]));
        }

        var response = await forward(request);
        if (response.Status < Made)
        {
            Note(request, path);
        }

        return response;
    }

    /// <summary>All steps, their statements altered.</summary>
    internal IReadOnlyList<object> Steps(Func<string, string> alter) => [.. _steps.Select(step => step is Script script ? script with { Sql = alter(script.Sql) } : step)];

    private void Note(ProxiedRequest request, string[] path)
    {
        var tables = Array.IndexOf(path, "tables");
        if (request.Method == "DELETE" && path.Contains("datasets"))
        {
            _steps.Enqueue(new { drop = tables < 0 ? path[^1] : $"{path[tables - 1]}.{path[^1]}" });
        }
        else if (tables > 0 && request.Method is "POST" or "PATCH")
        {
            var body = Body(request);
            var name = $"{path[tables - 1]}.{(string?)body.SelectToken("tableReference.tableId") ?? path[^1]}";
            if (body.SelectToken("view.query") is { } view)
            {
                _steps.Enqueue(new { model = name, sql = (string)view! });
            }
            else if (body.SelectToken("schema.fields") is { } fields)
            {
                _steps.Enqueue(new { table = name, columns = fields.Select(field => new AnalysedColumn((string)field["name"]!, (string)field["type"]!)).ToArray() });
            }
        }
    }

    private static JObject Body(ProxiedRequest request)
    {
        using var reader = new JsonTextReader(new StringReader(Encoding.UTF8.GetString(request.Body))) { DateParseHandling = DateParseHandling.None };
        return JObject.Load(reader);
    }

    /// <param name="Name">What the analyser calls it.</param>
    /// <param name="Sql">Its text, of one statement or several.</param>
    /// <param name="Parameters">Its parameters.</param>
    private sealed record Script([property: System.Text.Json.Serialization.JsonPropertyName("script")] string Name, string Sql, IReadOnlyList<Parameter> Parameters);

    /// <param name="Name">Name.</param>
    /// <param name="Type">Type, of its items where it is an array.</param>
    /// <param name="Array">Whether it is one.</param>
    private sealed record Parameter(string Name, string Type, bool Array)
    {
        internal static Parameter Of(JToken parameter) => new(
            (string)parameter["name"]!,
            (string?)parameter.SelectToken("parameterType.arrayType.type") ?? (string)parameter.SelectToken("parameterType.type")!,
            parameter.SelectToken("parameterType.arrayType") is not null);
    }
}
