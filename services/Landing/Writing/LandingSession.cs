using HospitalStreaming.Landing.Schema;
using Npgsql;

namespace HospitalStreaming.Landing.Writing;

/// <summary>
/// The one connection that writes. It holds an advisory lock for as long as it lives, so a second Landing can write only after the first's
/// session has ended, and then finds everything the first committed.
/// </summary>
internal sealed class LandingSession(NpgsqlDataSource database) : IAsyncDisposable
{
    // The server notices a little late that a killed process's session is over.
    private const int PatienceMs = 2_000;

    private readonly SemaphoreSlim _turn = new(1);
    private NpgsqlConnection? _connection;

    /// <summary>Does work on the connection, alone; opens it where there is none. After a failure of the connection the next call opens a new one.</summary>
    /// <exception cref="AnotherLandingException">Another session holds the lock.</exception>
    public async Task<T> UseAsync<T>(Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            if (_connection is { State: not System.Data.ConnectionState.Open })
            {
                await CloseAsync();
            }

            _connection ??= await OpenAsync(cancellation);
            return await work(_connection);
        }
        catch (Exception failure) when (LandingFailures.KindOf(failure) is FailureKind.Connection or FailureKind.Resources)
        {
            await CloseAsync();
            throw;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        _turn.Dispose();
    }

    private async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellation)
    {
        var connection = await database.OpenConnectionAsync(cancellation);
        try
        {
            await using var command = new NpgsqlCommand($"SET lock_timeout = '{PatienceMs}ms'; SELECT pg_advisory_lock({LandingLock.Writer}); RESET lock_timeout", connection);
            await command.ExecuteNonQueryAsync(cancellation);
            return connection;
        }
        catch (PostgresException held) when (held.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            await connection.DisposeAsync();
            throw new AnotherLandingException();
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private async Task CloseAsync()
    {
        if (_connection is { } connection)
        {
            _connection = null;
            await connection.DisposeAsync();
        }
    }
}
