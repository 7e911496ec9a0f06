using System.Diagnostics;
using System.Globalization;
using HospitalStreaming.Bench.Measuring;

namespace HospitalStreaming.Bench.Lake;

/// <summary>
/// A full topic to objects: the product's lake sink beside Benthos, one after the other, on the same Kafka and the same Cloud Storage stand-in.
/// Each first works through a warm-up that does not count (start-up, just-in-time compilation); figures are of the records after it. The
/// topic goes on behind the last one that counts, so that what a client has read ahead is the same at both ends. Memory is the peak from the start.
/// Benthos' lines are the values alone. Ours hold the whole record, which makes them about a fifth longer; a second run of ours writes the values
/// alone too, for comparison. The bars are those of whole records.
/// </summary>
internal static class LakeBench
{
    private const string Topic = "bench_visits";
    private const double LeastSpeedRatio = 1.25;
    private const double MostCpuRatio = 1.0;
    private const double MostPeakMegabytes = 200;
    private const long LeastWarmUp = 400_000;
    private const long Rest = 300_000;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    internal static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        var records = long.Parse(Arguments.ValueOf(arguments, "--records") ?? "2000000", CultureInfo.InvariantCulture);
        var gzip = arguments.Contains("--gzip");
        var only = Arguments.ValueOf(arguments, "--only");
        var warmUp = Math.Max(records / 5, LeastWarmUp);
        using var lab = Lab.Start("kafka", "gcs");
        Console.Error.WriteLine($"filling {Topic} with {warmUp + records + Rest:N0} envelopes of {Envelopes.ValueBytes} bytes …");
        await Envelopes.FillAsync(lab.Kafka, Topic, warmUp + records + Rest);
        RunFigures? Measure(string name, string folder, ProcessStartInfo start)
        {
            if (only is not null && only != name)
            {
                return null;
            }

            var figures = Run(name, start, new ObjectCounter(Path.Combine(lab.Folder(folder), Topic)), warmUp, records);
            Console.WriteLine(figures);
            return figures;
        }

        var benthos = Measure("benthos", "benthos", Benthos(lab));
        var ours = Measure("hospital", "topics", Hospital(lab, "whole", gzip, Arguments.ValuesOf(arguments, "--set")));
        if (ours is not null)
        {
            using var limit = new StorageLimit(lab.Gcs, lab.Folder("topics"));
            var most = await limit.MeasureAsync();
            Console.WriteLine(FormattableString.Invariant(
                $"limit      {most,9:N0} records/s   the stand-in given the same objects from memory, nothing else running; hospital is {ours.RecordsPerSecond / most:F2} of it"));
        }

        // A lake's lines are of one kind for good.
        lab.EmptyBucket();
        var alone = Measure("values", "topics", Hospital(lab, "values", gzip, ["Lake:Fields:0=value"]));
        if (benthos is not null && alone is not null)
        {
            Console.WriteLine(FormattableString.Invariant($"ratios     {alone.RecordsPerSecond / benthos.RecordsPerSecond:F2} × records/s with the same lines as Benthos"));
        }

        return benthos is null || ours is null ? 0 : Judge(benthos, ours, gzip);
    }

    private static int Judge(RunFigures benthos, RunFigures ours, bool gzip)
    {
        var speed = ours.RecordsPerSecond / benthos.RecordsPerSecond;
        var cpu = ours.CpuMicrosecondsPerRecord / benthos.CpuMicrosecondsPerRecord;
        Console.WriteLine(FormattableString.Invariant(
            $"ratios     {speed:F2} × records/s (bar {LeastSpeedRatio:F2})   {cpu:F2} × CPU a record (bar {MostCpuRatio:F2})   peak {ours.PeakMegabytes:F0} MB (bar {MostPeakMegabytes:F0})"));
        if (gzip)
        {
            Console.WriteLine("with gzip the figures are for information: no bar");
            return 0;
        }

        return speed >= LeastSpeedRatio && cpu <= MostCpuRatio && ours.PeakMegabytes < MostPeakMegabytes ? 0 : 1;
    }

    /// <summary>Runs until the records that count are in objects.</summary>
    private static RunFigures Run(string name, ProcessStartInfo start, ObjectCounter objects, long warmUp, long records)
    {
        using var process = MeasuredProcess.Start(start);
        var (at, warm, before) = process.WaitFor(objects.Count, warmUp, Patience);
        var (end, all, after) = process.WaitFor(objects.Count, warmUp + records, Patience);
        return new RunFigures(name, all - warm, end - at, after.Cpu - before.Cpu, after.PeakBytes);
    }

    private static ProcessStartInfo Benthos(Lab lab)
    {
        var config = Path.Combine(lab.State, "benthos.yaml");
        File.WriteAllText(config, $$"""
            http: { enabled: false }
            input:
              kafka_franz:
                seed_brokers: [ "{{lab.Kafka}}" ]
                topics: [ {{Topic}} ]
                consumer_group: benthos-{{Topic}}
                start_from_oldest: true
                checkpoint_limit: 100000
                batching: { count: 10000, period: 5s, processors: [ { archive: { format: lines } } ] }
            output:
              gcp_cloud_storage:
                bucket: {{Lab.Bucket}}
                path: 'benthos/${!meta("kafka_topic")}/${!meta("kafka_partition")}-${!meta("kafka_offset")}.json'
                max_in_flight: 8
                collision_mode: overwrite
            logger: { level: WARN }
            """);
        var start = new ProcessStartInfo(lab.Program("benthos"), ["-c", config]);
        start.Environment["STORAGE_EMULATOR_HOST"] = lab.Gcs.Replace("http://", string.Empty, StringComparison.Ordinal);
        return start;
    }

    /// <summary>The sink as docker-compose.yml runs it.</summary>
    private static ProcessStartInfo Hospital(Lab lab, string name, bool gzip, IEnumerable<string> more)
    {
        string[] settings =
        [
            $"Kafka:BootstrapServers={lab.Kafka}", "Lake:Kind=gcs", $"Lake:Bucket={Lab.Bucket}", $"Lake:Compression={(gzip ? "gzip" : "none")}",
            $"LakeSink:Topics:0={Topic}", "LakeSink:MaxAge=00:00:05", $"LakeSink:Group={name}-{Topic}", "Health:Port=0", $"Line:State={Path.Combine(lab.State, name)}",
            .. more,
        ];
        var start = MeasuredProcess.Hospital(["lakesink"], settings);
        start.Environment["STORAGE_EMULATOR_HOST"] = lab.Gcs;
        start.Environment["DOTNET_GCgen0size"] = "0x400000";
        return start;
    }
}
