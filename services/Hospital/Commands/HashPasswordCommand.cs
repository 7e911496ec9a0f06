using System.CommandLine;
using HospitalStreaming.Dashboard.Login;

namespace HospitalStreaming.Hospital.Commands;

/// <summary>`hospital hash-password`: the hash that the dashboard's login wants in its settings. The password is read from standard input, never an argument.</summary>
internal static class HashPasswordCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var command = new Command("hash-password", "Read a password from standard input and print its hash for the dashboard's login settings.");
        command.SetAction(async (_, cancellation) =>
        {
            var password = await Console.In.ReadLineAsync(cancellation);
            if (string.IsNullOrEmpty(password) || password.Length < 12)
            {
                await Console.Error.WriteLineAsync("hospital: give a password of at least 12 characters on standard input");
                return ExitCodes.Usage;
            }

            Console.WriteLine(PasswordHash.Create(password));
            return ExitCodes.Success;
        });
        return command;
    }
}
