using System.Globalization;
using HospitalStreaming.Hosting.Settings;
using Microsoft.Extensions.Configuration;

namespace HospitalStreaming.Transform;

/// <summary>Checks the section Transform.</summary>
internal sealed class TransformOptionsCheck(IConfiguration configuration) : IOptionsCheck
{
    /// <inheritdoc/>
    public IEnumerable<SettingProblem> Problems()
    {
        var section = configuration.GetSection(TransformOptions.Section);
        var folder = section[nameof(TransformOptions.ModelsFolder)] ?? new TransformOptions().ModelsFolder;
        if (!File.Exists(Path.Combine(folder, "dbt_project.yml")))
        {
            yield return new SettingProblem(
                $"{TransformOptions.Section}:{nameof(TransformOptions.ModelsFolder)}",
                $"{folder} holds no dbt_project.yml: name the folder of the dbt project (models in the repository).");
        }

        if (section[nameof(TransformOptions.MaxLoad)] is { } load
            && (!double.TryParse(load, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var share) || share is < 0.05 or > 1))
        {
            yield return new SettingProblem($"{TransformOptions.Section}:{nameof(TransformOptions.MaxLoad)}", "Write a share of one core from 0.05 to 1, such as 0.6.");
        }

        foreach (var (name, least) in Least)
        {
            var key = $"{TransformOptions.Section}:{name}";
            if (section[name] is { } text
                && (!TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var time) || time < least || time > TimeSpan.FromDays(1)))
            {
                yield return new SettingProblem(key, $"Write a time from {least} to 1.00:00:00, such as 00:00:30.");
            }
        }
    }

    private static IEnumerable<(string Name, TimeSpan Least)> Least =>
    [
        (nameof(TransformOptions.MinCycle), TimeSpan.Zero),
        (nameof(TransformOptions.MaxIdle), TimeSpan.FromSeconds(1)),
        (nameof(TransformOptions.MaxRest), TimeSpan.Zero),
        (nameof(TransformOptions.CycleBudget), TimeSpan.FromMilliseconds(50)),
        (nameof(TransformOptions.TestEvery), TimeSpan.FromSeconds(1)),
    ];
}
