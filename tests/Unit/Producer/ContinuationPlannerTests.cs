using HospitalStreaming.Core.Naming;
using HospitalStreaming.Core.Simulation;
using HospitalStreaming.Hosting.Settings;
using HospitalStreaming.Producer;
using HospitalStreaming.Producer.Continuing;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Producer;

public sealed class ContinuationPlannerTests
{
    private static readonly DateOnly Today = new(2026, 3, 1);
    private static readonly SimulationSettings Stream = new("h1", 7, new DateOnly(2025, 1, 1), 500);

    [Fact]
    public void Empty_topics_begin_a_stream_a_year_back()
    {
        var plan = ContinuationPlanner.Plan(Ends((_, _) => null), null, new ProducerOptions(), Today);

        plan.Settings.ShouldBe(new SimulationSettings("h1", 3, new DateOnly(2025, 3, 1), 20_000));
        plan.Enter.ShouldBe(SimulationCheckpoint.Beginning);
        plan.Floor.ShouldBe(-1);
        plan.Has.Values.ShouldAllBe(last => last == -1);
    }

    [Fact]
    public void What_is_configured_makes_the_first_stream()
    {
        var options = new ProducerOptions { HospitalId = "west", Seed = 9, StartDate = "2024-05-06", HistoryVisits = 10 };

        ContinuationPlanner.Plan(Ends((_, _) => null), null, options, Today).Settings.ShouldBe(new SimulationSettings("west", 9, new DateOnly(2024, 5, 6), 10));
    }

    [Fact]
    public void The_topics_say_which_stream_it_is_and_where_each_partition_is()
    {
        var plan = ContinuationPlanner.Plan(Ends((topic, partition) => Point(100_000 + partition, 80_000)), null, new ProducerOptions(), Today);

        plan.Settings.ShouldBe(Stream);
        plan.Enter.Sequence.ShouldBe(80_000);
        plan.Has[("topic_visits", 2)].ShouldBe(100_002);
        plan.Floor.ShouldBe(100_002 - HospitalSimulation.Window);
    }

    [Fact]
    public void Quiet_topics_far_behind_do_not_hold_it_back_but_a_busy_partition_that_lost_its_tail_does()
    {
        ContinuationPlanner.Plan(Ends((topic, _) => topic == "topic_doctors" ? Point(24, 0) : Point(100_000, 80_000)), null, new ProducerOptions(), Today)
            .Enter.Sequence.ShouldBe(80_000);

        ContinuationPlanner.Plan(Ends((topic, partition) => topic == "topic_visits" && partition == 1 ? Point(50_000, 30_000) : Point(100_000, 80_000)), null, new ProducerOptions(), Today)
            .Enter.Sequence.ShouldBe(30_000);
    }

    [Theory]
    [InlineData("topic_doctors")]
    [InlineData("topic_billing")]
    public void A_topic_made_anew_is_filled_from_the_beginning(string emptied) =>
        ContinuationPlanner.Plan(Ends((topic, _) => topic == emptied ? null : Point(100_000, 80_000)), null, new ProducerOptions(), Today)
            .Enter.ShouldBe(SimulationCheckpoint.Beginning);

    [Fact]
    public void A_partition_emptied_by_retention_counts_as_written_up_to_the_window()
    {
        var plan = ContinuationPlanner.Plan(
            Ends((topic, _) => topic == "topic_doctors" ? null : Point(100_000, 80_000), low: 5), null, new ProducerOptions(), Today);

        plan.Has[("topic_doctors", 0)].ShouldBe(100_000 - HospitalSimulation.Window);
        plan.Enter.Sequence.ShouldBe(80_000);
    }

    [Fact]
    public void Where_retention_has_emptied_everything_the_noted_state_tells()
    {
        var plan = ContinuationPlanner.Plan(Ends((_, _) => null, low: 5), Point(70_000, 50_000), new ProducerOptions(), Today);

        plan.Has.Values.ShouldAllBe(last => last == 70_000);
        plan.Enter.Sequence.ShouldBe(50_000);
        Refusal(Ends((_, _) => null, low: 5), new ProducerOptions()).Single().Fix.ShouldContain("where it stopped is not known");
    }

    [Fact]
    public void Settings_that_contradict_the_topics_are_refused_all_at_once_naming_both()
    {
        var options = new ProducerOptions { HospitalId = "h2", Seed = 8, StartDate = "2025-01-02", HistoryVisits = 501 };

        var problems = Refusal(Ends((_, _) => Point(10, 0)), options);

        problems.Select(problem => problem.Key).ShouldBe(["Producer:HospitalId", "Producer:Seed", "Producer:StartDate", "Producer:HistoryVisits"]);
        problems[1].Fix.ShouldBe("is 8, but the stream in the topics has 7: remove the setting, or begin anew with empty topics");
        ContinuationPlanner.Plan(Ends((_, _) => Point(10, 0)), null, new ProducerOptions { Seed = 7, StartDate = "2025-01-01" }, Today).Settings.ShouldBe(Stream);
    }

    [Fact]
    public void Another_number_of_partitions_or_two_streams_are_refused()
    {
        Refusal(Ends((_, _) => Point(10, 0), partitions: 4), new ProducerOptions()).ShouldContain(problem => problem.Key == "Kafka:Partitions");
        var other = new StreamPoint(5, new SimulationMark(Stream with { Seed = 99 }, 3, SimulationCheckpoint.Beginning));
        Refusal(Ends((topic, _) => topic == "topic_visits" ? other : Point(10, 0)), new ProducerOptions()).ShouldContain(problem => problem.Fix.Contains("two different"));
    }

    private static IReadOnlyList<SettingProblem> Refusal(List<TopicEnd> ends, ProducerOptions options) =>
        Should.Throw<SettingsException>(() => ContinuationPlanner.Plan(ends, null, options, Today)).Problems;

    private static StreamPoint Point(long sequence, long from) => new(sequence, new SimulationMark(Stream, 3, new(from, from / 100)));

    private static List<TopicEnd> Ends(Func<string, int, StreamPoint?> last, long low = 0, int partitions = 3) =>
        [.. TopicNames.Events.SelectMany(topic => Enumerable.Range(0, partitions).Select(partition => new TopicEnd(topic, partition, partitions, low, low + 10, last(topic, partition))))];
}
