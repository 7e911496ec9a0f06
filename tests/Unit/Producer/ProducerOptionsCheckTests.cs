using HospitalStreaming.Producer;
using Microsoft.Extensions.Options;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Producer;

public sealed class ProducerOptionsCheckTests
{
    [Fact]
    public void Defaults_are_fine() => Problems(new ProducerOptions()).ShouldBeEmpty();

    [Fact]
    public void Names_everything_wrong_at_once() =>
        Problems(new ProducerOptions { Rate = double.NaN, HospitalId = "synthea-2", Seed = -1, StartDate = "01.02.2025", HistoryVisits = -5 })
            .ShouldBe(["Producer:Rate", "Producer:HospitalId", "Producer:Seed", "Producer:StartDate", "Producer:HistoryVisits"]);

    private static List<string> Problems(ProducerOptions options) => [.. new ProducerOptionsCheck(Options.Create(options)).Problems().Select(problem => problem.Key)];
}
