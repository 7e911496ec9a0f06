using HospitalStreaming.Capture;
using HospitalStreaming.Capture.Settings;
using HospitalStreaming.Core.Changes;
using HospitalStreaming.Hosting.Settings;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Capture;

public sealed class CaptureSettingsReaderTests
{
    private const string Connection = "Host=localhost;Database=hospital";

    [Fact]
    public void The_defaults_are_the_lines_contract()
    {
        var settings = Read(new CaptureOptions(), out var problems).ShouldNotBeNull();
        problems.ShouldBeEmpty();
        settings.Tables.Count.ShouldBe(7);
        settings.TopicOf("public", "visits").ShouldBe("postgres-source.public.visits");
        settings.Modes.Decimals.ShouldBe(DecimalHandlingMode.String);
        settings.Modes.Times.ShouldBe(TimePrecisionMode.Adaptive);
        settings.SkippedOperations.ShouldBe(['t']);
        settings.ConnectionString.ShouldBe(Connection);
    }

    [Fact]
    public void All_problems_are_named_at_once()
    {
        var options = new CaptureOptions
        {
            ConnectionString = "nonsense",
            SlotName = "Slot-1",
            PublicationName = "pub\"",
            TopicPrefix = "a b",
            TableIncludeList = "visits",
            DecimalHandlingMode = "exact",
            TimePrecisionMode = "x",
            BinaryHandlingMode = "x",
            IntervalHandlingMode = "x",
            HstoreHandlingMode = "x",
            SkippedOperations = "z",
            SnapshotMode = "always",
            HeartbeatIntervalMs = 1,
            StatusUpdateIntervalMs = 0,
            OffsetFlushIntervalMs = 0,
            MaxInFlightBytes = 1,
            WalBudgetBytes = 1,
        };
        Read(options, out var problems).ShouldBeNull();
        problems.Select(problem => problem.Key).Order(StringComparer.Ordinal).ShouldBe(new[]
        {
            "ConnectionString", "SlotName", "PublicationName", "TopicPrefix", "TableIncludeList", "DecimalHandlingMode", "TimePrecisionMode", "BinaryHandlingMode",
            "IntervalHandlingMode", "HstoreHandlingMode", "SkippedOperations", "SnapshotMode", "HeartbeatIntervalMs", "StatusUpdateIntervalMs", "OffsetFlushIntervalMs",
            "MaxInFlightBytes", "WalBudgetBytes",
        }.Select(name => "Capture:" + name).Order(StringComparer.Ordinal));
        problems.ShouldAllBe(problem => problem.Fix.Length > 0);
    }

    [Fact]
    public void A_problem_never_repeats_a_connection_string()
    {
        Read(new CaptureOptions { ConnectionString = "Host=a;Password=secret;Nonsense=1" }, out var problems).ShouldBeNull();
        problems.ShouldAllBe(problem => !problem.Fix.Contains("secret", StringComparison.Ordinal));
    }

    private static CaptureSettings? Read(CaptureOptions options, out List<SettingProblem> problems)
    {
        problems = [];
        return CaptureSettingsReader.Read(options, Connection, problems);
    }
}
