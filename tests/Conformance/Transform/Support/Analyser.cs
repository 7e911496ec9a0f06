using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Transform.Support;

/// <summary>
/// Google's SQL analyser (tests/Support/analyser), installed once from npm into a cache folder outside the checkout: HOSPITAL_TEST_CACHE, or the
/// user's cache.
/// </summary>
internal static class Analyser
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);
    private static readonly string Scripts = Path.Combine(Repository.Root, "tests", "Support", "analyser");

    public static async Task<IReadOnlyList<AnalysedModel>> AnalyseAsync(
        IEnumerable<AnalysedTable> sources, IEnumerable<(string Name, string Sql)> models, CancellationToken cancellation)
        => await AnalyseAsync(
            [
                .. sources.Select(source => (object)new { table = source.Name, columns = source.Columns }),
                .. models.Select(model => (object)new { model = model.Name, sql = model.Sql }),
            ],
            cancellation);

    /// <summary>Takes steps in the form that analyse.mjs reads: tables that are made or dropped, models and scripts.</summary>
    public static async Task<IReadOnlyList<AnalysedModel>> AnalyseAsync(IReadOnlyList<object> steps, CancellationToken cancellation)
    {
        var folder = await InstalledAsync(cancellation);
        var request = JsonSerializer.Serialize(new { steps }, Web);
        var answer = await RunAsync("node", [Path.Combine(Scripts, "analyse.mjs"), folder], folder, request, cancellation);
        return JsonSerializer.Deserialize<List<AnalysedModel>>(answer, Web)!;
    }

    private static async Task<string> InstalledAsync(CancellationToken cancellation)
    {
        var cache = Environment.GetEnvironmentVariable("HOSPITAL_TEST_CACHE") is { Length: > 0 } named
            ? named
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "hospital-streaming");
        var stamp = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(Scripts, "package-lock.json"), cancellation)))[..12];
        var folder = Path.Combine(cache, $"analyser-{stamp}");
        if (Directory.Exists(folder))
        {
            return folder;
        }

        // Installed beside and moved: a run that is cut off leaves no half of it behind, and of two at once one wins.
        var beside = Directory.CreateDirectory($"{folder}.{Environment.ProcessId}").FullName;
        foreach (var file in (string[])["package.json", "package-lock.json"])
        {
            File.Copy(Path.Combine(Scripts, file), Path.Combine(beside, file), overwrite: true);
        }

        await RunAsync("npm", ["ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"], beside, string.Empty, cancellation);
        try
        {
            Directory.Move(beside, folder);
        }
        catch (IOException) when (Directory.Exists(folder))
        {
            Directory.Delete(beside, recursive: true);
        }

        return folder;
    }

    private static async Task<string> RunAsync(string program, string[] arguments, string folder, string input, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Process? process = null;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            Assert.SkipWhen(Environment.GetEnvironmentVariable("CI") is null, $"{program} is not here: Google's analyser comes from npm.");
            Assert.Fail($"{program} is not here, and CI must run every test: Google's analyser comes from npm.");
        }

        using (process)
        {
            var errors = process!.StandardError.ReadToEndAsync(cancellation);
            var output = process.StandardOutput.ReadToEndAsync(cancellation);
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
            await process.WaitForExitAsync(cancellation);
            return process.ExitCode == 0 ? await output : throw new InvalidOperationException($"{program} failed: {await errors}");
        }
    }
}
