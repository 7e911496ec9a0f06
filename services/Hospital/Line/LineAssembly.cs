using System.Globalization;
using HospitalStreaming.Core.Batching;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Hosting;
using HospitalStreaming.Hosting.Health;
using HospitalStreaming.Hosting.Line;
using HospitalStreaming.Warehouse.Loading;

namespace HospitalStreaming.Hospital.Line;

/// <summary>Turns facts into the stops of the line, left to right. Pure, but for the rates it remembers.</summary>
internal sealed class LineAssembly
{
    private readonly Dictionary<string, RateWindow> _rates = LineStopNames.InOrder.ToDictionary(name => name, _ => new RateWindow(), StringComparer.Ordinal);

    /// <summary>One sample.</summary>
    public LineSnapshot Assemble(DateTimeOffset at, LineFacts facts, IReadOnlyCollection<RoleState> roles)
    {
        var events = Total(facts.Ends, TopicNames.Events);
        var changes = Total(facts.Ends, TopicNames.Changes);
        var landed = facts.Landed is null ? null : (long?)facts.Landed.Values.Sum();
        var inLake = Reached(facts.InLake, TopicNames.Changes);
        var loaded = facts.Warehouse is null ? null : (long?)facts.Warehouse.Positions.Where(position => TopicNames.TableOfChanges(position.Stream.Topic) is not null).Sum(position => position.Next);
        var held = facts.Warehouse?.HeldKeys.Values.Sum() ?? 0;
        return new LineSnapshot(at,
        [
            Stop(LineStopNames.Producer, "Producer", RoleNames.Producer, events, null),
            Stop(LineStopNames.Topics, "Event topics", RoleNames.Broker, events, null, Count("Topics", TopicNames.Events.Count(topic => facts.Ends?.ContainsKey(topic) == true))),
            Stop(LineStopNames.Landing, "Landing", RoleNames.Landing, landed, Behind(facts.Ends, TopicNames.Events, facts.Landed), Count("Waiting for a parent", facts.Pending)),
            Stop(LineStopNames.Postgres, "PostgreSQL", "postgres-hospital", facts.Rows?.Values.Sum(), null, [.. Tables(facts.Rows), Megabytes("Size (MB)", facts.DatabaseBytes)]),
            Stop(LineStopNames.Capture, "Capture", RoleNames.Capture, changes, null, Megabytes("Not yet captured (MB)", facts.SlotLagBytes), Megabytes("Log kept (MB)", facts.WalKeptBytes)),
            Stop(LineStopNames.ChangeTopics, "Change topics", RoleNames.Broker, changes, null, Count("Topics", TopicNames.Changes.Count(topic => facts.Ends?.ContainsKey(topic) == true))),
            Stop(LineStopNames.Lake, "Lake", RoleNames.LakeSink, inLake, Behind(facts.Ends, TopicNames.Changes, facts.InLake)),
            Stop(LineStopNames.Warehouse, "Warehouse", RoleNames.WarehouseSink, loaded, inLake is { } lake && loaded is { } next ? Math.Max(0, lake - next) : null, [Count("Keys held back", held), .. Reads(facts.Warehouse), .. Letters(facts.Warehouse), .. LoadJobs(facts.Warehouse)]),
            Stop(LineStopNames.Transform, "Transform", RoleNames.Transform, loaded is null ? null : Shown(facts, loaded.Value), facts.Models?.Behind, Models(facts.Models)),
            Stop(LineStopNames.Dashboard, "Dashboard", RoleNames.Dashboard, null, null),
        ]);

        LineStop Stop(string name, string title, string role, long? total, long? lag, params LineFact[] extra)
        {
            var state = roles.FirstOrDefault(state => state.Role == role);
            return new LineStop(name, title, state?.Condition ?? RoleCondition.Healthy, state?.Detail ?? string.Empty, total, _rates[name].Next(at, total), lag, null,
                facts.DeadLetters.GetValueOrDefault(role), extra);
        }
    }

    private static long? Shown(LineFacts facts, long loaded) => facts.Models?.LastBuild is null ? null : loaded;

    private static long? Total(IReadOnlyDictionary<string, IReadOnlyList<LogPosition>>? ends, IEnumerable<string> topics) =>
        ends is null ? null : topics.Sum(topic => ends.TryGetValue(topic, out var partitions) ? partitions.Sum(end => end.Offset) : 0);

    private static long? Reached(IReadOnlyDictionary<(string Topic, int Partition), long>? offsets, IEnumerable<string> topics)
    {
        var wanted = topics.ToHashSet(StringComparer.Ordinal);
        return offsets?.Where(entry => wanted.Contains(entry.Key.Topic)).Sum(entry => entry.Value);
    }

    private static long? Behind(
        IReadOnlyDictionary<string, IReadOnlyList<LogPosition>>? ends, IEnumerable<string> topics, IReadOnlyDictionary<(string Topic, int Partition), long>? reached) =>
        ends is null || reached is null
            ? null
            : topics.SelectMany(topic => ends.TryGetValue(topic, out var partitions) ? partitions : [])
                .Sum(end => Math.Max(0, end.Offset - reached.GetValueOrDefault((end.Topic, end.Partition))));

    private static LineFact Count(string label, long? value) => new(label, value?.ToString("N0", CultureInfo.InvariantCulture) ?? "-");

    private static LineFact Megabytes(string label, long? bytes) => new(label, bytes is { } known ? (known / 1e6).ToString("N1", CultureInfo.InvariantCulture) : "-");

    private static IEnumerable<LineFact> Tables(IReadOnlyDictionary<string, long>? rows) =>
        rows?.OrderBy(table => table.Key, StringComparer.Ordinal).Select(table => Count(table.Key, table.Value)) ?? [];

    private static IEnumerable<LineFact> Reads(LoadStatus? warehouse) => warehouse is null ? [] : [new LineFact("Reads", warehouse.Transactions.ToString())];

    // By table: what waits for a decision, and how many rows wait for it.
    private static IEnumerable<LineFact> Letters(LoadStatus? warehouse) => warehouse?.OpenLetters.Where(table => table.Value > 0).OrderBy(table => table.Key, StringComparer.Ordinal)
        .Select(table => new LineFact(
            table.Key, string.Create(CultureInfo.InvariantCulture, $"{table.Value:N0} letters open, {warehouse.HeldKeys.GetValueOrDefault(table.Key):N0} keys held"))) ?? [];

    // On BigQuery: how much of each table's quota the last day took.
    private static IEnumerable<LineFact> LoadJobs(LoadStatus? warehouse) => warehouse?.LoadJobs.OrderBy(table => table.Key, StringComparer.Ordinal)
        .Select(table => new LineFact(
            $"Load jobs, {table.Key}", string.Create(CultureInfo.InvariantCulture, $"{table.Value:N0} of {LoadMeter.MostADay:N0} in 24 hours"))) ?? [];

    private static LineFact[] Models(ModelFacts? models) => models is null
        ? []
        : [Count("Models", models.Models), Count("Models failing", models.Failed), Count("Tests failing", models.FailedTests), Count("Slowest build (ms)", models.SlowestMs)];
}
