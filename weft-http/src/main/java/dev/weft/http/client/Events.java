package dev.weft.http.client;

import dev.weft.http.client.RequestException.Phase;
import java.util.List;

/** Tells a session's observers what happens. Loop thread only. */
final class Events {
    private final List<RequestObserver> observers;

    Events(List<RequestObserver> observers) {
        this.observers = observers;
    }

    void entered(Call call, Phase phase) {
        if (observers.isEmpty()) {
            return;
        }
        var moment = new RequestObserver.Moment(
                call.method(), call.url(), phase, call.address(), call.elapsed(), call.attempts());
        for (RequestObserver observer : observers) {
            observer.entered(moment);
        }
    }

    void redirected(Call call, Hop hop) {
        for (RequestObserver observer : observers) {
            observer.redirected(moment(call), hop);
        }
    }

    void answered(Call call, int status) {
        if (observers.isEmpty()) {
            return;
        }
        RequestObserver.Moment moment = moment(call);
        for (RequestObserver observer : observers) {
            observer.answered(moment, status);
        }
    }

    void failed(Call call, Throwable cause) {
        if (observers.isEmpty()) {
            return;
        }
        RequestObserver.Moment moment = moment(call);
        for (RequestObserver observer : observers) {
            observer.failed(moment, cause);
        }
    }

    private static RequestObserver.Moment moment(Call call) {
        return new RequestObserver.Moment(
                call.method(), call.url(), call.phase(), call.address(), call.elapsed(), call.attempts());
    }
}
