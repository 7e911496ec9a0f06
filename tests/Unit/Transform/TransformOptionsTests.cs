using HospitalStreaming.Transform;
using Microsoft.Extensions.Configuration;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Transform;

public sealed class TransformOptionsTests
{
    [Fact]
    public void Every_problem_is_reported_with_its_key_and_fix()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Transform:ModelsFolder"] = "/nowhere",
            ["Transform:MinCycle"] = "soon",
            ["Transform:MaxIdle"] = "00:00:00",
            ["Transform:TestEvery"] = "3.00:00:00",
            ["Transform:MaxLoad"] = "60",
        }).Build();

        new TransformOptionsCheck(configuration).Problems().Select(problem => $"{problem.Key}: {problem.Fix}").ShouldBe(
        [
            "Transform:ModelsFolder: /nowhere holds no dbt_project.yml: name the folder of the dbt project (models in the repository).",
            "Transform:MaxLoad: Write a share of one core from 0.05 to 1, such as 0.6.",
            "Transform:MinCycle: Write a time from 00:00:00 to 1.00:00:00, such as 00:00:30.",
            "Transform:MaxIdle: Write a time from 00:00:01 to 1.00:00:00, such as 00:00:30.",
            "Transform:TestEvery: Write a time from 00:00:01 to 1.00:00:00, such as 00:00:30.",
        ]);
    }
}
