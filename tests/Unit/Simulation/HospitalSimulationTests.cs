using System.Security.Cryptography;
using HospitalStreaming.Core.Domain.Events;
using HospitalStreaming.Core.Simulation;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Simulation;

public sealed class HospitalSimulationTests
{
    private static readonly SimulationSettings Settings = new("h1", 3, new DateOnly(2025, 1, 1), 20_000);

    [Fact]
    public void The_same_settings_give_the_same_bytes_on_every_machine()
    {
        // A change of this hash breaks every running stream: the producer could not continue it. Raise the schema version if it must change.
        HashOf(Settings, 60_000).ShouldBe("35A8B49E49CE8214");
    }

    [Fact]
    public void Another_seed_or_start_gives_another_stream()
    {
        HashOf(Settings with { Seed = 4 }, 5_000).ShouldNotBe(HashOf(Settings, 5_000));
        HashOf(Settings with { StartDate = new DateOnly(2025, 1, 2) }, 5_000).ShouldNotBe(HashOf(Settings, 5_000));
    }

    [Theory]
    [InlineData(20_000, 120_000)]
    [InlineData(300, 60_000)]
    [InlineData(0, 60_000)]
    public void Entered_at_any_checkpoint_it_goes_on_as_if_never_left(int historyVisits, int length)
    {
        var simulation = new HospitalSimulation(Settings with { HistoryVisits = historyVisits });
        var whole = simulation.From(SimulationCheckpoint.Beginning).Take(length).ToList();
        var checkpoints = whole.Select(item => item.ResumeFrom).Distinct().ToList();
        checkpoints.Count.ShouldBeGreaterThan(2);

        // Every checkpoint of the live part and every two hundredth hour of the history.
        foreach (var checkpoint in checkpoints.Where((point, index) => index % 200 == 0 || !whole[(int)point.Sequence].IsHistory))
        {
            var entered = simulation.From(checkpoint).Take(500).ToList();

            entered.Select(item => item.Event).SequenceEqual(whole.GetRange((int)checkpoint.Sequence, 500).Select(item => item.Event)).ShouldBeTrue($"entered at {checkpoint}");
        }
    }

    [Fact]
    public void A_checkpoint_lies_at_least_a_window_back_and_not_much_more_than_an_hour()
    {
        var simulation = new HospitalSimulation(Settings);

        foreach (var item in simulation.From(SimulationCheckpoint.Beginning).Take(200_000))
        {
            var back = item.Sequence - item.ResumeFrom.Sequence;
            (back >= Math.Min(HospitalSimulation.Window, item.Sequence) && back < HospitalSimulation.Window + 30_000).ShouldBeTrue($"event {item.Sequence} looks {back} back");
        }
    }

    [Fact]
    public void Every_event_decodes_to_itself()
    {
        using var encoder = new EventEncoder();
        foreach (var item in new HospitalSimulation(Settings).From(SimulationCheckpoint.Beginning).Take(110_000))
        {
            var decoded = EventDecoder.Decode(item.Event.Table.Topic!, EventEncoder.EncodeKey(item.Event.Key), encoder.Encode(item.Event));

            (decoded.Event == item.Event).ShouldBeTrue($"event {item.Sequence}: {decoded.Rejection?.Detail}");
        }
    }

    [Fact]
    public void Time_never_goes_back_and_live_events_take_200_ms_each()
    {
        var simulation = new HospitalSimulation(Settings);
        var last = DateTimeOffset.MinValue;
        var live = 0;
        foreach (var item in simulation.From(SimulationCheckpoint.Beginning))
        {
            (item.Event.EventTime >= last && item.IsHistory == item.Event.EventTime < simulation.LiveFrom).ShouldBeTrue($"event {item.Sequence}");
            last = item.Event.EventTime;
            live += item.IsHistory ? 0 : 1;
            if (live is > 5_000 && live % 10_000 == 0)
            {
                ((last - simulation.LiveFrom) / live).TotalMilliseconds.ShouldBeInRange(180, 220);
            }

            if (live == 200_000)
            {
                break;
            }
        }
    }

    [Fact]
    public void A_mark_reads_back_as_it_was_written()
    {
        var mark = new SimulationMark(Settings with { Seed = ulong.MaxValue }, 3, new(12_345_678_901, 77));

        SimulationMark.Parse(mark.ToString()).ShouldBe(mark);
        SimulationMark.Parse("hospital=h1;seed=-1;start=2025-01-01;history=1;partitions=3;from=0@0").ShouldBeNull();
        SimulationMark.Parse("hospital=h1;seed=1;start=2025-13-01;history=1;partitions=3;from=0@0").ShouldBeNull();
        SimulationMark.Parse("something else").ShouldBeNull();
    }

    private static string HashOf(SimulationSettings settings, int count)
    {
        using var encoder = new EventEncoder();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var item in new HospitalSimulation(settings).From(SimulationCheckpoint.Beginning).Take(count))
        {
            hash.AppendData(encoder.Encode(item.Event));
        }

        return Convert.ToHexString(hash.GetHashAndReset())[..16];
    }
}
