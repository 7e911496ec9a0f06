using System.CommandLine;
using HospitalStreaming.Hospital.Commands;
using HospitalStreaming.Hosting.Settings;
using HospitalStreaming.Hosting.State;

var root = new RootCommand("HospitalStreaming: from a committed row to a live chart, with nothing lost or doubled.")
{
    UpCommand.Create(),
    RunCommand.Create(),
    StatusCommand.Create(),
    TopicsCommand.Create(),
    LoadCommand.Create(),
    VerifyCommand.Create(),
    HashPasswordCommand.Create(),
    HealthCommand.Create(),
};

var parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    foreach (var error in parsed.Errors)
    {
        Console.Error.WriteLine("hospital: " + error.Message);
    }

    Console.Error.WriteLine("Try: hospital --help");
    return ExitCodes.Usage;
}

try
{
    return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(45) });
}
catch (SettingsException wrong)
{
    Console.Error.WriteLine($"hospital: the configuration has {wrong.Problems.Count} problem(s); nothing was started.");
    foreach (var problem in wrong.Problems)
    {
        Console.Error.WriteLine($"  {problem.Key}: {problem.Fix}");
    }

    return ExitCodes.Usage;
}
catch (StartException cannot)
{
    Console.Error.WriteLine("hospital: " + cannot.Message);
    return ExitCodes.CannotStart;
}
catch (OperationCanceledException)
{
    return ExitCodes.Interrupted;
}
catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
{
    // A full or read-only disk, a folder of another user: the message names the file and what the system says of it.
    Console.Error.WriteLine("hospital: " + failure.Message);
    return ExitCodes.CannotStart;
}
catch (Exception unforeseen)
{
    // Its message may hold values of rows; its type and where it was thrown do not.
    Console.Error.WriteLine($"hospital: stopped by an error nobody foresaw ({unforeseen.GetType().FullName}). Please report it with these lines:");
    Console.Error.WriteLine(unforeseen.StackTrace);
    return ExitCodes.Unforeseen;
}
