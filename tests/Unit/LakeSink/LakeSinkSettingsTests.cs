using System.Text.RegularExpressions;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Lake;
using HospitalStreaming.LakeSink;
using HospitalStreaming.LakeSink.Settings;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.LakeSink;

public sealed class LakeSinkSettingsTests
{
    [Fact]
    public void By_default_it_takes_all_change_topics_and_no_other()
    {
        var settings = LakeSinkSettings.From(new LakeSinkOptions(), new LakeOptions());
        TopicNames.Changes.ShouldAllBe(topic => Regex.IsMatch(topic, settings.Subscription));
        foreach (var other in TopicNames.Events.Concat(TopicNames.Changes.Select(topic => topic + "2")).Append("postgres-sourceXpublic.visits").Append(TopicNames.DeadLetters))
        {
            Regex.IsMatch(other, settings.Subscription).ShouldBeFalse(other);
        }
    }

    [Fact]
    public void Names_and_expressions_mix()
    {
        var options = new LakeSinkOptions();
        options.Topics.Add("a.b");
        options.Topics.Add("^clinic\\.");
        LakeSinkSettings.From(options, new LakeOptions()).Subscription.ShouldBe(@"^a\.b$|^clinic\.");
    }

    [Theory]
    [InlineData("postgres-source.public.visits", true)]
    [InlineData(@"^postgres-source\.public\..*", true)]
    [InlineData("other.topic", false)]
    public void With_change_topics_goes_the_transaction_topic(string topic, bool goes)
    {
        var options = new LakeSinkOptions();
        options.Topics.Add(topic);
        LakeSinkSettings.From(options, new LakeOptions()).Subscription.EndsWith(@"|^postgres-source\.transaction$", StringComparison.Ordinal).ShouldBe(goes);
    }

    [Fact]
    public void Objects_are_quick_in_a_folder_and_few_in_a_bucket()
    {
        var near = LakeSinkSettings.From(new LakeSinkOptions(), new LakeOptions()).Policy;
        (near.MaxAge, near.IdleAfter).ShouldBe((TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(200)));
        var far = LakeSinkSettings.From(new LakeSinkOptions(), new LakeOptions { Kind = "gcs" }).Policy;
        (far.MaxAge, far.IdleAfter).ShouldBe((TimeSpan.FromSeconds(10), TimeSpan.Zero));
        LakeSinkSettings.From(new LakeSinkOptions { MaxAge = TimeSpan.FromSeconds(3) }, new LakeOptions { Kind = "gcs" }).Policy.MaxAge.ShouldBe(TimeSpan.FromSeconds(3));
    }
}
