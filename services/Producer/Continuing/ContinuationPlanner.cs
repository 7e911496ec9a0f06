using System.Globalization;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Simulation;
using HospitalStreaming.Hosting.Settings;

namespace HospitalStreaming.Producer.Continuing;

/// <summary>
/// Decides from the topics' ends where the stream goes on. One producer writes it, in order and without gaps in each partition, so a partition's
/// last record says what it has; and never more than a window is unacknowledged, so the newest record bounds how far back anything may miss.
/// </summary>
internal static class ContinuationPlanner
{
    private const ulong DefaultSeed = 3;
    private const int DefaultHistoryVisits = ProducerOptions.DefaultHistoryVisits;
    private const string DefaultHospital = "h1";

    /// <summary>Topics whose every partition gets records all the time; one that is far behind has lost its tail, and is filled again.</summary>
    private static readonly string[] Busy =
        [HospitalSchema.Patients.Topic!, HospitalSchema.Visits.Topic!, HospitalSchema.BillingPayments.Topic!, HospitalSchema.Prescriptions.Topic!];

    /// <exception cref="SettingsException">The settings contradict the topics, or the topics no longer tell.</exception>
    public static Continuation Plan(IReadOnlyList<TopicEnd> ends, StreamPoint? state, ProducerOptions options, DateOnly today)
    {
        var points = ends.Select(end => end.Last).Append(state).OfType<StreamPoint>().ToList();
        var partitions = ends.GroupBy(end => end.Topic).ToDictionary(topic => topic.Key, topic => topic.First().Partitions);
        if (points.Count == 0)
        {
            if (ends.Any(end => end.Low > 0))
            {
                throw Refused(new SettingProblem("Producer", "the event topics have lost their old records and hold none of a simulation: where it stopped is not known. Begin anew with empty topics"));
            }

            return new(Begin(options, today), SimulationCheckpoint.Beginning, ends.ToDictionary(Key, _ => -1L), partitions, -1);
        }

        var newest = points.MaxBy(point => point.Sequence)!;
        Check(newest.Mark.Settings, points, ends, options);
        var newestInTopics = ends.Max(end => end.Last?.Sequence ?? -1);
        var floor = Math.Max(state?.Sequence ?? -1, newestInTopics - HospitalSimulation.Window);

        // A partition whose records have all been removed for their age: had it got one within the last window, it would still be there.
        var has = ends.ToDictionary(Key, end => end.Last?.Sequence ?? (end.Low > 0 ? floor : -1));
        return new(newest.Mark.Settings, Earliest(ends, newest), has, partitions, floor);
    }

    private static SimulationCheckpoint Earliest(IReadOnlyList<TopicEnd> ends, StreamPoint newest)
    {
        var candidates = new List<SimulationCheckpoint> { newest.Mark.ResumeFrom };
        foreach (var topic in ends.GroupBy(end => end.Topic))
        {
            if (topic.All(end => end.Last is null && end.Low == 0))
            {
                // Never written, or made anew: all of it is to be written.
                return SimulationCheckpoint.Beginning;
            }

            if (Busy.Contains(topic.Key))
            {
                candidates.AddRange(topic.Where(end => end.Last is not null || end.Low == 0)
                    .Select(end => end.Last?.Mark.ResumeFrom ?? SimulationCheckpoint.Beginning));
            }
        }

        return candidates.MinBy(candidate => candidate.Sequence);
    }

    private static void Check(SimulationSettings stream, List<StreamPoint> points, IReadOnlyList<TopicEnd> ends, ProducerOptions options)
    {
        var problems = new List<SettingProblem>();
        if (points.Any(point => point.Mark.Settings != stream))
        {
            problems.Add(new("Producer", "the event topics hold events of two different simulations: begin anew with empty topics"));
        }

        Compare("Producer:HospitalId", stream.HospitalId, options.HospitalId);
        Compare("Producer:Seed", stream.Seed.ToString(CultureInfo.InvariantCulture), options.Seed?.ToString(CultureInfo.InvariantCulture));
        Compare("Producer:StartDate", stream.StartDate.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), options.StartDate);
        Compare("Producer:HistoryVisits", stream.HistoryVisits.ToString(CultureInfo.InvariantCulture), options.HistoryVisits?.ToString(CultureInfo.InvariantCulture));
        foreach (var end in ends.Where(end => end.Last is { } last && last.Mark.Partitions != end.Partitions).DistinctBy(end => end.Topic))
        {
            problems.Add(new("Kafka:Partitions", string.Create(
                CultureInfo.InvariantCulture,
                $"{end.Topic} had {end.Last!.Mark.Partitions} partitions when the simulation wrote it and has {end.Partitions} now: keys have moved. Begin anew with empty topics")));
        }

        if (problems.Count > 0)
        {
            throw Refused([.. problems]);
        }

        void Compare(string key, string inTopics, string? configured)
        {
            if (configured is not null && configured != inTopics)
            {
                problems.Add(new(key, $"is {configured}, but the stream in the topics has {inTopics}: remove the setting, or begin anew with empty topics"));
            }
        }
    }

    private static SimulationSettings Begin(ProducerOptions options, DateOnly today) => new(
        options.HospitalId ?? DefaultHospital,
        (ulong?)options.Seed ?? DefaultSeed,
        options.StartDate is { } start && ProducerOptionsCheck.TryParseDate(start, out var date) ? date : today.AddDays(-SimulationSettings.HistoryDays),
        options.HistoryVisits ?? DefaultHistoryVisits);

    private static SettingsException Refused(params SettingProblem[] problems) => new(problems);

    private static (string, int) Key(TopicEnd end) => (end.Topic, end.Partition);
}
