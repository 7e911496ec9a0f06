using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace HospitalStreaming.Bench.Measuring;

/// <summary>The lab's servers for one benchmark: own ports, own state, gone afterwards.</summary>
internal sealed class Lab : IDisposable
{
    private readonly string _script;
    private readonly string[] _servers;

    private Lab(string script, string[] servers)
    {
        (_script, _servers) = (script, servers);
        State = Directory.CreateTempSubdirectory("hospital-bench-").FullName;
        var ports = FreePorts(4);
        Kafka = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{ports[0]}");
        Gcs = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{ports[2]}");
        Run(["up", .. servers], ports);
    }

    internal string State { get; }

    internal string Kafka { get; }

    internal string Gcs { get; }

    internal const string Bucket = "hospital_datalake";

    internal static Lab Start(params string[] servers)
    {
        var folder = Environment.GetEnvironmentVariable("HOSPITAL_LAB") ?? Path.Combine(Root(), "..", "shared", "lab");
        var script = Path.Combine(folder, "lab");
        return File.Exists(script) ? new Lab(script, servers) : throw new InvalidOperationException($"there is no lab at {folder}: set HOSPITAL_LAB to its folder");
    }

    /// <summary>Where the Cloud Storage stand-in keeps the objects whose names begin so.</summary>
    internal string Folder(string prefix) => Path.Combine(State, "gcs", Bucket, prefix);

    /// <summary>The stand-in's files are its objects.</summary>
    internal void EmptyBucket()
    {
        foreach (var entry in new DirectoryInfo(Folder(string.Empty)).EnumerateFileSystemInfos())
        {
            if (entry is DirectoryInfo folder)
            {
                folder.Delete(recursive: true);
            }
            else
            {
                entry.Delete();
            }
        }
    }

    /// <summary>A program of the lab.</summary>
    internal string Program(string name)
    {
        using var process = Process.Start(new ProcessStartInfo(_script, ["bin", name]) { RedirectStandardOutput = true })!;
        var path = process.StandardOutput.ReadToEnd().Trim();
        process.WaitForExit();
        return process.ExitCode == 0 ? path : throw new InvalidOperationException($"lab bin {name} failed");
    }

    public void Dispose()
    {
        Run(["down", .. _servers], []);
        Directory.Delete(State, recursive: true);
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder.Parent is not null && !File.Exists(Path.Combine(folder.FullName, "HospitalStreaming.sln")))
        {
            folder = folder.Parent;
        }

        return folder.FullName;
    }

    /// <summary>Neighbours, as the lab's Kafka takes the port after its own too; below those that outgoing connections get.</summary>
    private static int[] FreePorts(int count)
    {
        for (var first = 21_000; first < 32_000; first += count)
        {
            try
            {
                foreach (var port in Enumerable.Range(first, count))
                {
                    using var probe = new TcpListener(IPAddress.Loopback, port);
                    probe.Start();
                }

                return [.. Enumerable.Range(first, count)];
            }
            catch (SocketException)
            {
                // In use.
            }
        }

        throw new InvalidOperationException("no free ports");
    }

    private void Run(string[] arguments, int[] ports)
    {
        var start = new ProcessStartInfo(_script, arguments);
        start.Environment["LAB_STATE"] = State;
        if (ports.Length > 0)
        {
            start.Environment["LAB_KAFKA_PORT"] = ports[0].ToString(CultureInfo.InvariantCulture);
            start.Environment["LAB_GCS_PORT"] = ports[2].ToString(CultureInfo.InvariantCulture);
        }

        using var process = Process.Start(start)!;
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"lab {string.Join(' ', arguments)} failed; its logs are in {State}");
        }
    }
}
