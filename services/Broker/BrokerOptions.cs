using System.Net;

namespace HospitalStreaming.Broker;

/// <summary>Settings of the embedded broker. All have defaults but the folder; <see cref="Problems"/> names every contradiction at once.</summary>
public sealed class BrokerOptions
{
    internal const int MinSegmentBytes = 1024;

    /// <summary>Where everything is kept; created where it is missing, and locked against a second process.</summary>
    public required string Folder { get; init; }

    /// <summary>Loopback only: the broker has no logins.</summary>
    public IPAddress ListenAddress { get; init; } = IPAddress.Loopback;

    /// <summary>0 takes a free port.</summary>
    public int Port { get; init; }

    /// <summary>For topics created without a number of partitions.</summary>
    public int DefaultPartitions { get; init; } = 1;

    /// <summary>Whether naming an unknown topic creates it.</summary>
    public bool AutoCreateTopics { get; init; }

    public FlushPolicy FlushPolicy { get; init; } = FlushPolicy.Os;

    /// <summary>For <see cref="FlushPolicy.Interval"/>; ignored by the others.</summary>
    public TimeSpan FlushInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Default of retention.ms; null keeps for ever.</summary>
    public TimeSpan? Retention { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Default of retention.bytes, a partition; null is no limit.</summary>
    public long? RetentionBytes { get; init; }

    /// <summary>All topics together: beyond it the oldest closed segments go first, of topics not kept for ever. Null is no limit.</summary>
    public long? DiskBudgetBytes { get; init; } = 10L << 30;

    public TimeSpan RetentionCheckInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Default of segment.bytes.</summary>
    public int SegmentBytes { get; init; } = 64 << 20;

    /// <summary>Default of max.message.bytes: the largest batch, as sent.</summary>
    public int MaxMessageBytes { get; init; } = 1_048_588;

    /// <summary>A larger request costs its sender the connection.</summary>
    public int MaxRequestBytes { get; init; } = 32 << 20;

    /// <summary>Large requests being received or handled, all connections together; further ones wait.</summary>
    public long MaxInFlightBytes { get; init; } = 128L << 20;

    /// <summary>The most one fetch is answered with, whatever it asks for (one whole batch always goes).</summary>
    public int MaxFetchBytes { get; init; } = 8 << 20;

    public int MaxConnections { get; init; } = 1000;

    /// <summary>A request that has begun must arrive within this time.</summary>
    public TimeSpan RequestReadTimeout { get; init; } = TimeSpan.FromSeconds(30);

    public int MaxTopics { get; init; } = 1000;

    public int MaxPartitions { get; init; } = 5000;

    /// <summary>Consumer groups, with or without members.</summary>
    public int MaxGroups { get; init; } = 1000;

    public int MaxGroupMembers { get; init; } = 250;

    /// <summary>Session timeouts outside these are refused, as by Kafka.</summary>
    public TimeSpan MinSessionTimeout { get; init; } = TimeSpan.FromSeconds(6);

    public TimeSpan MaxSessionTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>How long a new group waits for more members before its first assignment.</summary>
    public TimeSpan InitialRebalanceDelay { get; init; } = TimeSpan.Zero;

    /// <summary>Everything that is wrong, one sentence each with the setting's name; empty where nothing is.</summary>
    public IReadOnlyList<string> Problems()
    {
        var problems = new List<string>();
        Require(!string.IsNullOrWhiteSpace(Folder), "Folder: name a folder");
        Require(IPAddress.IsLoopback(ListenAddress), "ListenAddress: must be a loopback address (127.0.0.1): the broker has no logins");
        Require(Port is >= 0 and <= 65535, "Port: must be 0 (any free one) to 65535");
        Require(DefaultPartitions > 0, "DefaultPartitions: must be at least 1");
        Require(FlushInterval > TimeSpan.Zero, "FlushInterval: must be more than zero");
        Require(Retention is null || Retention > TimeSpan.Zero, "Retention: must be more than zero, or null to keep for ever");
        Require(RetentionBytes is null or > 0, "RetentionBytes: must be more than zero, or null for no limit");
        Require(DiskBudgetBytes is null or > 0, "DiskBudgetBytes: must be more than zero, or null for no limit");
        Require(RetentionCheckInterval > TimeSpan.Zero, "RetentionCheckInterval: must be more than zero");
        Require(SegmentBytes is >= MinSegmentBytes and <= 1 << 30, "SegmentBytes: must be 1 KiB to 1 GiB");
        Require(MaxMessageBytes > 0, "MaxMessageBytes: must be more than zero");
        Require(MaxRequestBytes >= 64 << 10, "MaxRequestBytes: must be at least 64 KiB");
        Require(MaxRequestBytes > MaxMessageBytes, "MaxRequestBytes: must be more than MaxMessageBytes");
        Require(MaxInFlightBytes >= MaxRequestBytes, "MaxInFlightBytes: must be at least MaxRequestBytes");
        Require(MaxFetchBytes > 0, "MaxFetchBytes: must be more than zero");
        Require(MaxConnections > 0, "MaxConnections: must be at least 1");
        Require(RequestReadTimeout > TimeSpan.Zero, "RequestReadTimeout: must be more than zero");
        Require(MaxTopics > 0 && MaxPartitions > 0 && MaxGroups > 0 && MaxGroupMembers > 0,
            "MaxTopics, MaxPartitions, MaxGroups, MaxGroupMembers: must be at least 1");
        Require(MinSessionTimeout > TimeSpan.Zero && MaxSessionTimeout >= MinSessionTimeout, "MinSessionTimeout: must be above zero and not above MaxSessionTimeout");
        Require(InitialRebalanceDelay >= TimeSpan.Zero, "InitialRebalanceDelay: must not be negative");
        return problems;

        void Require(bool holds, string problem)
        {
            if (!holds)
            {
                problems.Add(problem);
            }
        }
    }
}
