using System.CommandLine;
using System.Globalization;
using HospitalStreaming.Hosting;
using HospitalStreaming.Hosting.Settings;
using HospitalStreaming.Hosting.State;
using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Auditing;
using HospitalStreaming.Lake.Browsing;
using HospitalStreaming.Lake.Chains;
using HospitalStreaming.Lake.Documents;
using Microsoft.Extensions.Options;

namespace HospitalStreaming.Hospital.Commands;

/// <summary>`hospital lake ls|cat|verify|compact`: what is in the lake, whether it is whole, and fewer objects of the same. A line may run beside it.</summary>
internal static class LakeCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create() => new("lake", "List the lake's objects, print their records, prove that they tile the topics' logs, or make fewer and larger ones of them.") { List(), Cat(), Verify(), LakeCompactCommand.Create() };

    private static Command List()
    {
        var common = new CommonOptions();
        var topic = new Argument<string?>("topic") { Description = "Topic (default: all).", Arity = ArgumentArity.ZeroOrOne };
        var partition = new Option<int?>("--partition") { Description = "Only this partition." };
        var day = new Option<DateOnly?>("--day") { Description = "Only objects of this UTC day, e.g. 2026-03-01." };
        var command = new Command("ls", "Every object with its offsets, rows, stored bytes and SHA-256, in log order.") { topic, partition, day };
        common.AddTo(command);
        command.SetAction((parsed, cancellation) => WithLakeAsync(common.OfLake(parsed), async lake =>
        {
            var selection = new LakeSelection(parsed.GetValue(topic), Partition: parsed.GetValue(partition), Day: parsed.GetValue(day));
            Console.WriteLine($"{"OFFSETS",-21} {"ROWS",6} {"BYTES",9} {"SHA-256",-64} OBJECT");
            await foreach (var found in LakeBrowser.ObjectsAsync(lake, selection, cancellation))
            {
                Console.WriteLine(found.Manifest is { } manifest
                    ? string.Create(CultureInfo.InvariantCulture, $"{$"{found.Name.StartOffset}-{manifest.Next - 1}",-21} {manifest.Rows,6} {manifest.StoredBytes,9} {manifest.Sha256} {found.Name}{(found.Part is { } part ? $" in {part.Path}" : string.Empty)}")
                    : string.Create(CultureInfo.InvariantCulture, $"{$"{found.Name.StartOffset}-?",-21} {"?",6} {found.Length,9} {"carries no manifest: run `hospital lake verify`",-64} {found.Name}"));
            }

            return ExitCodes.Success;
        }, cancellation));
        return command;
    }

    private static Command Cat()
    {
        var common = new CommonOptions();
        var what = new Argument<string>("object-or-topic") { Description = "An object as `hospital lake ls` names it, or a topic." };
        var partition = new Option<int?>("--partition") { Description = "Of a topic: only this partition." };
        var from = new Option<long>("--from") { Description = "Of a topic: first offset." };
        var until = new Option<long?>("--until") { Description = "Of a topic: offset to end before." };
        var epoch = new Option<string?>("--epoch") { Description = "Of a topic: this life of it (default: the latest)." };
        var command = new Command("cat", "Print records as JSON lines, as they are stored: these are the patients' data.") { what, partition, from, until, epoch };
        common.AddTo(command);
        command.SetAction((parsed, cancellation) => WithLakeAsync(common.OfLake(parsed), async lake =>
        {
            var wanted = parsed.GetValue(what)!;
            await using var output = new BufferedStream(Console.OpenStandardOutput(), 64 * 1024);
            if (wanted.Contains('/', StringComparison.Ordinal))
            {
                return await PrintAsync(lake, await NamedAsync(lake, wanted, cancellation), new LakeSelection(), output, cancellation);
            }

            var life = parsed.GetValue(epoch) ?? (await StreamEpochs.ReadAsync(lake, wanted, cancellation)).LastOrDefault()?.Epoch;
            return await PrintAsync(lake, new LakeSelection(wanted, life, parsed.GetValue(partition), null, parsed.GetValue(from), parsed.GetValue(until)), output, cancellation);
        }, cancellation));
        return command;
    }

    private static Command Verify()
    {
        var common = new CommonOptions();
        var topic = new Argument<string?>("topic") { Description = "Topic (default: all).", Arity = ArgumentArity.ZeroOrOne };
        var quick = new Option<bool>("--quick") { Description = "Compare names, manifests and lengths only, instead of reading every object." };
        var command = new Command("verify", "Walk every chain and name each truncated, altered, damaged, missing or overlapping object; exit code 1 where there is any.") { topic, quick };
        common.AddTo(command);
        command.SetAction((parsed, cancellation) => WithLakeAsync(common.OfLake(parsed), async lake =>
        {
            var topics = parsed.GetValue(topic) is { } only ? [only] : await StreamEpochs.TopicsAsync(lake, cancellation);
            var report = await LakeAudit.RunAsync(lake, topics, new LakeAuditOptions(Rehash: !parsed.GetValue(quick)), new Progress(), cancellation);
            Print(report);
            return report.Findings.Count == 0 ? ExitCodes.Success : ExitCodes.Found;
        }, cancellation));
        return command;
    }

    /// <summary>Opens the lake that the settings name, if there is one, with what else a command needs.</summary>
    internal static async Task<int> WithLakeAsync(
        IConfigurationRoot configuration, Action<IServiceCollection> more, Func<ILake, IServiceProvider, Task<int>> look, CancellationToken cancellation)
    {
        var services = new ServiceCollection().AddLogging(logging => logging.SetMinimumLevel(LogLevel.None));
        more(services);
        await using var provider = services.AddHospitalDefaults("hospital-lake").AddLake(configuration).BuildServiceProvider();
        SettingsException.ThrowIfAny(provider.GetServices<IOptionsCheck>());
        if (provider.GetRequiredService<IOptions<LakeOptions>>().Value is { Kind: "folder", Folder: { } folder } && !Directory.Exists(folder))
        {
            throw new StartException($"there is no lake at {Path.GetFullPath(folder)}. Name it with --set Lake:Folder=…, or its line's state folder with --state");
        }

        try
        {
            var lake = provider.GetRequiredService<ILake>();
            await LakeFormat.CheckAsync(lake, cancellation);
            return await look(lake, provider);
        }
        catch (LakeDamageException damage)
        {
            Console.Error.WriteLine("hospital: " + damage.Message);
            return ExitCodes.Found;
        }
        catch (LakeException away)
        {
            throw new StartException(away.Message);
        }
    }

    private static Task<int> WithLakeAsync(IConfigurationRoot configuration, Func<ILake, Task<int>> look, CancellationToken cancellation) =>
        WithLakeAsync(configuration, static _ => { }, (lake, _) => look(lake), cancellation);

    private static async Task<LakeObject> NamedAsync(ILake lake, string text, CancellationToken cancellation)
    {
        text = text.StartsWith(lake.Location + "/", StringComparison.Ordinal) ? text[(lake.Location.Length + 1)..] : text;
        return lake.Shape.Layout.TryParse(text, out var name) && await lake.FindAsync(name, cancellation) is { } found
            ? found
            : throw new LakeDamageException($"there is no object {text} in {lake.Location}; `hospital lake ls` lists them");
    }

    private static async Task<int> PrintAsync(ILake lake, LakeObject found, LakeSelection selection, Stream output, CancellationToken cancellation)
    {
        await foreach (var line in LakeBrowser.LinesAsync(lake, found, selection, cancellation))
        {
            await output.WriteAsync(line, cancellation);
            output.WriteByte((byte)'\n');
        }

        return ExitCodes.Success;
    }

    private static async Task<int> PrintAsync(ILake lake, LakeSelection selection, Stream output, CancellationToken cancellation)
    {
        var code = ExitCodes.Success;
        if ((await LakeBrowser.StreamsAsync(lake, selection, cancellation)).Count == 0)
        {
            Console.Error.WriteLine($"hospital: {lake.Location} has no such chain of {selection.Topic}; `hospital lake verify` lists them");
            return ExitCodes.Found;
        }

        LakeObject? before = null;
        await foreach (var found in LakeBrowser.ObjectsAsync(lake, selection, cancellation))
        {
            if (before is { Manifest: { } manifest } && before.Name.Stream == found.Name.Stream && manifest.Next != found.Name.StartOffset)
            {
                Console.Error.WriteLine($"hospital: {before.Name} ends before {manifest.Next}, {found.Name} follows: run `hospital lake verify`");
                code = ExitCodes.Found;
            }

            await PrintAsync(lake, found, selection, output, cancellation);
            before = found;
        }

        return code;
    }

    private static void Print(LakeAuditReport report)
    {
        Console.Error.WriteLine();
        foreach (var chain in report.Chains)
        {
            Console.WriteLine(chain.Head is null
                ? $"{chain.Stream}: no objects"
                : string.Create(CultureInfo.InvariantCulture, $"{chain.Stream}: offsets {chain.Start} to {chain.Head - 1}, {chain.Rows:N0} records in {chain.Objects:N0} objects, {chain.StoredBytes:N0} bytes"));
        }

        foreach (var finding in report.Findings)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{finding.Kind.ToString().ToUpperInvariant()} {finding.Stream}{(finding.Object is { } name ? $" {name}" : string.Empty)}: {finding.Detail}"));
        }

        Console.WriteLine(report.Findings.Count == 0 ? "the lake is whole" : string.Create(CultureInfo.InvariantCulture, $"{report.Findings.Count} finding(s)"));
    }

    /// <summary>Progress on standard error, at once and in order (Progress&lt;T&gt; would post it elsewhere).</summary>
    private sealed class Progress : IProgress<LakeAuditProgress>
    {
        public void Report(LakeAuditProgress value) =>
            Console.Error.Write(string.Create(CultureInfo.InvariantCulture, $"\r{value.ChainsDone} of {value.Chains} chains, {value.Objects:N0} objects   "));
    }
}
