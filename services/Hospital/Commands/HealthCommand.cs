using System.CommandLine;

namespace HospitalStreaming.Hospital.Commands;

/// <summary>`hospital health`: asks a role's health endpoint; containers use it as their health check, having no curl.</summary>
internal static class HealthCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var url = new Option<string>("--url") { Description = "Health endpoint.", DefaultValueFactory = _ => "http://127.0.0.1:8081/healthz/ready" };
        var command = new Command("health", "Exit with 0 when the role in this container is ready.") { url };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
            try
            {
                using var answer = await client.GetAsync(new Uri(parsed.GetValue(url)!), cancellation);
                Console.WriteLine(await answer.Content.ReadAsStringAsync(cancellation));
                return answer.IsSuccessStatusCode ? ExitCodes.Success : ExitCodes.Found;
            }
            catch (HttpRequestException failure)
            {
                await Console.Error.WriteLineAsync($"hospital: {failure.Message}");
                return ExitCodes.Found;
            }
        });
        return command;
    }
}
